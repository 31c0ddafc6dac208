package oauth

// What is to be done in the words of the operator's consoles.
const (
	mendConsent = "the consent is over or was taken back: let a person consent again and set " +
		"refresh_token"
	mendSecret = "make a new client secret under App registrations, Certificates & secrets, and " +
		"set client_secret to its value"
	mendTenant   = "set tenant to the Directory (tenant) ID of the organisation"
	mendClientID = "set client_id to the Application (client) ID of a registration in this tenant"
	mendAllow    = "give the application the permissions IMAP.AccessAsApp and SMTP.SendAsApp of " +
		"Office 365 Exchange Online, and grant admin consent"
	mendPerson = "a consent cannot satisfy this rule of the organisation: use client credentials, or " +
		"exempt the mailbox"
	mendDelegation = "in Google's Admin console, Security, API controls, Domain-wide delegation: add " +
		"the service account's client ID with the scope https://mail.google.com/"
	mendCheck = "look at client_id, client_secret and token_url"
)

// mends says what to do about a code. The codes of Microsoft are those of its page "Microsoft Entra
// authentication and authorization error codes", of Google's those of "OAuth 2.0 errors".
var mends = map[string]string{
	"AADSTS7000222": "the client secret is over: " + mendSecret,
	"AADSTS7000215": "the client secret is wrong, or its ID was taken for its value: " + mendSecret,
	"AADSTS7000218": "client_secret is missing: " + mendSecret,
	"AADSTS700016":  "the application is not known in this tenant: " + mendClientID,
	"AADSTS7000229": "the application has no service principal in this tenant: " + mendAllow,
	"AADSTS700038":  "the application's name is wrong: " + mendClientID,
	"AADSTS90002":   "the tenant is not known: " + mendTenant,
	"AADSTS900023":  "the tenant's name is wrong: " + mendTenant,
	"AADSTS50194":   "the application is of one tenant: " + mendTenant,
	"AADSTS50059":   "the tenant is missing: " + mendTenant,
	"AADSTS70011":   "a scope is wrong: leave scopes out, or write them as the provider does",
	"AADSTS1002012": "client credentials take one scope that ends in /.default: leave scopes out",
	"AADSTS500011":  "the scope names a service that this tenant has not: leave scopes out",
	"AADSTS65001":   "a consent to these rights is missing: " + mendAllow + ", or consent again",
	"AADSTS70000":   mendConsent,
	"AADSTS70008":   mendConsent,
	"AADSTS700082":  "the refresh token was not used for too long: " + mendConsent,
	"AADSTS700084":  "a single-page application is consented to for a day: register a web one",
	"AADSTS70043":   "the organisation's sign-in frequency ended the consent: " + mendPerson,
	"AADSTS50173":   "the password was changed: " + mendConsent,
	"AADSTS50034":   "the person is not known in this tenant: look at tenant",
	"AADSTS50057":   "the account is disabled: enable it, or use another",
	"AADSTS50076":   "a second factor is asked for: " + mendPerson,
	"AADSTS50079":   "a second factor is asked for: " + mendPerson,
	"AADSTS50158":   "a further proof is asked for: " + mendPerson,
	"AADSTS53003":   "Conditional Access refuses the log-in: " + mendPerson,
	"AADSTS53000":   "Conditional Access asks for a managed device: " + mendPerson,
	"AADSTS50196":   "too many log-ins in a row: end what else uses this application, and wait",

	"invalid_grant":          mendConsent,
	"invalid_client":         "the application is not known by this name and secret: " + mendCheck,
	"unauthorized_client":    "the application may not ask in this way: allow it at the provider",
	"unsupported_grant_type": "the provider knows no such grant: use a refresh_token, or none",
	"invalid_scope":          "a scope is not granted: leave scopes out, or write the provider's",
	"invalid_request":        mendCheck,
	"access_denied":          "the provider refuses this mailbox: allow the application for it",
	"deleted_client":         "the application was deleted: make a new one, and consent again",
	"disabled_client":        "the application is disabled: enable it in the provider's console",
	"admin_policy_enforced":  "the organisation's administrator has to trust the application",
	"org_internal":           "the application is of another organisation: use one of the mailbox's own",
	tokenRefused: "the mail server does not take the token: look whether username is the mailbox, " +
		"whether the application may open it, and whether IMAP and SMTP AUTH are turned on for it",
}

// mendsOf are those that hold for one provider and way only; they go first.
var mendsOf = map[string]string{
	"google refresh token invalid_grant": "the consent is over (7 days for an application in testing, " +
		"6 months without use, or a changed password): publish the application, let a person consent " +
		"again and set refresh_token",
	"google service account invalid_grant": "the service account may not speak for this mailbox: look " +
		"whether username is an account of the domain and whether this machine's clock is right",
	"google service account unauthorized_client": mendDelegation,
	"google service account access_denied":       mendDelegation,
	"google service account invalid_client":      "the account or its key was deleted: make a new key",
	"microsoft client credentials token refused": "the mail server does not take the token: run " +
		"New-ServicePrincipal with the Object ID of the enterprise application, and " +
		"Add-MailboxPermission for the mailbox; look whether IMAP.AccessAsApp and SMTP.SendAsApp are " +
		"granted, and whether IMAP and SMTP AUTH are turned on for it",
	"google refresh token token refused": "the mail server does not take the token: look whether the " +
		"consent was given by username and to the scope https://mail.google.com/, and whether IMAP is " +
		"allowed in the organisation",
}

// mend gives what to do about the first of the codes that is known.
func (g *grant) mend(codes ...string) string {
	for _, code := range codes {
		if text := mendsOf[g.cfg.Provider+" "+string(g.way)+" "+code]; text != "" {
			return text
		}
		if text := mends[code]; text != "" {
			return text
		}
	}
	return "ask the provider what this code means, and " + mendCheck
}
