// Package idp is an identity server for tests: it gives access tokens over real HTTP by client
// credentials, refresh tokens (RFC 6749) and signed assertions (RFC 7523), changes and takes back what
// it gave, fails as told, and answers mail servers whether a token is good.
//
// It owns the goroutines of one HTTP server on a loopback address, which the test's end stops.
package idp

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"
)

// What the server knows from its start.
const (
	ClientID     = "helpgate-app"
	ClientSecret = "client-c4nary-secret"
	RefreshToken = "refresh-c4nary-0"
	ServiceEmail = "robot@project.example.com"
)

// Server is a running identity server. Its fields are set before the first request.
type Server struct {
	URL string // of its token endpoint
	// Authorize is the page where a person consents; whoever asks it does so at once, and is sent
	// back (RFC 6749 section 4.1).
	Authorize string
	// Denied makes the person refuse.
	Denied bool
	// Introspection is where mail servers ask about tokens (RFC 7662).
	Introspection string
	// User is whose mailbox the tokens open, for Introspection.
	User string
	// Rotate makes each refresh token good for one use.
	Rotate bool
	// Life is expires_in of what it gives, in seconds; 0 leaves the field out.
	Life int
	// OnAsk, when set, is called when a request for a token has come, before it is looked at.
	OnAsk func()

	key func() *rsa.PrivateKey // made when first asked for

	mu      sync.Mutex
	asked   []url.Values
	serial  int
	access  map[string]bool
	refresh map[string]bool
	codes   map[string]url.Values // by what question each was got
	fail    *Failure
}

// Failure is an answer that is no token.
type Failure struct {
	Status     int
	Body       string
	RetryAfter string
}

// Start runs a server until the test ends.
func Start(tb testing.TB) *Server {
	tb.Helper()
	s := &Server{
		Life: 3600, key: sync.OnceValue(newKey),
		access: map[string]bool{}, refresh: map[string]bool{RefreshToken: true},
		codes: map[string]url.Values{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /token", s.token)
	mux.HandleFunc("POST /introspection", s.introspect)
	mux.HandleFunc("GET /authorize", s.authorize)
	server := httptest.NewServer(mux)
	tb.Cleanup(server.Close)
	s.URL, s.Introspection = server.URL+"/token", server.URL+"/introspection"
	s.Authorize = server.URL + "/authorize"
	return s
}

func newKey() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err) // without randomness nothing works
	}
	return key
}

// ServiceAccount gives the key file of the account that may speak for every mailbox.
func (s *Server) ServiceAccount() string {
	der, err := x509.MarshalPKCS8PrivateKey(s.key())
	if err != nil {
		panic(err) // of a key made above
	}
	text, err := json.MarshalIndent(map[string]string{
		"type": "service_account", "client_email": ServiceEmail, "private_key_id": "k1",
		"private_key": string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})),
		"token_uri":   s.URL,
	}, "", "  ")
	if err != nil {
		panic(err)
	}
	return string(text)
}

// Fail makes every answer f; nil ends that.
func (s *Server) Fail(f *Failure) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = f
}

// Good tells whether an access token was given and not taken back: what a mail server asks.
func (s *Server) Good(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.access[token]
}

// EndAccess takes all access tokens back.
func (s *Server) EndAccess() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.access)
}

// EndConsent takes all refresh tokens back.
func (s *Server) EndConsent() {
	s.mu.Lock()
	defer s.mu.Unlock()
	clear(s.refresh)
}

// Asked gives the forms of all requests.
func (s *Server) Asked() []url.Values {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]url.Values(nil), s.asked...)
}

// authorize sends the browser back with a code, or with the person's no.
func (s *Server) authorize(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	asked, answer := r.URL.Query(), url.Values{}
	answer.Set("state", asked.Get("state"))
	if s.Denied {
		answer.Set("error", "access_denied")
	} else {
		s.serial++
		code := fmt.Sprintf("code-c4nary-%d", s.serial)
		s.codes[code] = asked
		answer.Set("code", code)
	}
	http.Redirect(w, r, asked.Get("redirect_uri")+"?"+answer.Encode(), http.StatusFound)
}

// consented checks a code and its proof (RFC 7636 section 4.6), and ends it.
func (s *Server) consented(form url.Values) bool {
	asked, ok := s.codes[form.Get("code")]
	delete(s.codes, form.Get("code"))
	digest := sha256.Sum256([]byte(form.Get("code_verifier")))
	return ok && asked.Get("redirect_uri") == form.Get("redirect_uri") &&
		asked.Get("code_challenge_method") == "S256" &&
		asked.Get("code_challenge") == base64.RawURLEncoding.EncodeToString(digest[:])
}

func (s *Server) introspect(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{
		"active": s.Good(r.PostFormValue("token")), "username": s.User,
	})
}

func (s *Server) token(w http.ResponseWriter, r *http.Request) {
	if s.OnAsk != nil {
		s.OnAsk()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	_ = r.ParseForm()
	s.asked = append(s.asked, r.PostForm)
	w.Header().Set("Content-Type", "application/json")
	if s.fail != nil {
		w.Header().Set("Retry-After", s.fail.RetryAfter)
		w.WriteHeader(s.fail.Status)
		fmt.Fprint(w, s.fail.Body)
		return
	}
	given := map[string]any{"token_type": "Bearer"}
	if s.Life != 0 {
		given["expires_in"] = s.Life
	}
	if refusal := s.grant(r, given); refusal != "" {
		w.WriteHeader(http.StatusBadRequest)
		given = map[string]any{"error": refusal, "error_description": "no: " + r.PostForm.Encode()}
	}
	_ = json.NewEncoder(w).Encode(given)
}

// grant adds to given what the request has a right to, or says the error's code.
func (s *Server) grant(r *http.Request, given map[string]any) string {
	id, secret, inHeader := r.BasicAuth()
	if !inHeader {
		id, secret = r.PostForm.Get("client_id"), r.PostForm.Get("client_secret")
	}
	s.serial++
	switch r.PostForm.Get("grant_type") {
	case "client_credentials":
		if id != ClientID || secret != ClientSecret {
			return "invalid_client"
		}
	case "refresh_token":
		old := r.PostForm.Get("refresh_token")
		if id != ClientID || !s.refresh[old] {
			return "invalid_grant"
		}
		if s.Rotate {
			delete(s.refresh, old)
			next := fmt.Sprintf("refresh-c4nary-%d", s.serial)
			s.refresh[next], given["refresh_token"] = true, next
		}
	case "authorization_code":
		if id != ClientID || !s.consented(r.PostForm) {
			return "invalid_grant"
		}
		next := fmt.Sprintf("refresh-c4nary-%d", s.serial)
		s.refresh[next], given["refresh_token"] = true, next
	case "urn:ietf:params:oauth:grant-type:jwt-bearer":
		if !s.signed(r.PostForm.Get("assertion")) {
			return "invalid_grant"
		}
	default:
		return "unsupported_grant_type"
	}
	token := fmt.Sprintf("access-c4nary-%d", s.serial)
	s.access[token], given["access_token"] = true, token
	return ""
}

// signed checks an assertion: RS256, by the account, for this server and some mailbox.
func (s *Server) signed(assertion string) bool {
	at := max(0, strings.LastIndexByte(assertion, '.'))
	head, sum := assertion[:at], strings.TrimPrefix(assertion[at:], ".")
	signature, err := base64.RawURLEncoding.DecodeString(sum)
	digest := sha256.Sum256([]byte(head))
	if err != nil ||
		rsa.VerifyPKCS1v15(&s.key().PublicKey, crypto.SHA256, digest[:], signature) != nil {
		return false
	}
	_, body, _ := strings.Cut(head, ".")
	raw, err := base64.RawURLEncoding.DecodeString(body)
	var claims struct{ Iss, Sub, Aud, Scope string }
	return err == nil && json.Unmarshal(raw, &claims) == nil && claims.Iss == ServiceEmail &&
		claims.Aud == s.URL && claims.Sub != "" && claims.Scope == "https://mail.google.com/"
}
