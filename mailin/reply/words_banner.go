package reply

// outsideTags are all that some gateways' warnings say, lower case.
var outsideTags = []string{
	"external", "external email", "external sender", "external message", "extern", "externe e-mail",
	"外部邮件", "外部郵件", "外部メール",
}

// warnings begin a gateway's warning, lower case.
var warnings = []string{
	"caution", "warning", "attention", "external", "security notice", "notice:", "alert:",
	"this email originated", "this e-mail originated", "this message originated",
	"this email was sent from outside", "this message was sent from outside",
	"this email came from outside", "this message came from outside", "this mail came from outside",
	"achtung", "vorsicht", "warnung", "hinweis", "externe", "diese e-mail stammt",
	"diese e-mail kommt", "diese nachricht stammt", "diese nachricht kommt",
	"avertissement", "mise en garde", "ce courriel provient", "cet e-mail provient",
	"ce message provient",
	"precaución", "advertencia", "atención", "aviso", "este correo", "este mensaje",
	"attenzione", "avviso", "questa e-mail proviene", "questo messaggio proviene",
	"let op", "waarschuwing", "deze e-mail komt", "atenção", "cuidado", "este e-mail",
	"注意", "警告", "提醒", "提示", "安全提示", "安全提醒", "外部", "此邮件来自", "本邮件来自", "该邮件来自",
	"此郵件來自", "本郵件來自",
}

// fromOutside says in a gateway's warning where the mail is from, lower case.
var fromOutside = []string{
	"outside of the organi", "outside the organi", "outside of your organi", "outside your organi",
	"outside of our organi", "outside our organi", "outside of the company", "outside the company",
	"outside of our company", "outside our company", "external sender", "external source",
	"external email address", "external organi",
	"außerhalb der organisation", "außerhalb ihrer organisation", "außerhalb unserer organisation",
	"außerhalb des unternehmens", "außerhalb unseres unternehmens", "externen absender",
	"externer absender", "externen quelle",
	"extérieur de l'organisation", "extérieur de votre organisation", "extérieur de l'entreprise",
	"extérieur de notre organisation", "expéditeur externe", "source externe",
	"fuera de la organización", "fuera de su organización", "fuera de nuestra organización",
	"fuera de la empresa", "remitente externo",
	"esterno all'organizzazione", "all'esterno dell'organizzazione", "mittente esterno",
	"buiten de organisatie", "buiten uw organisatie", "externe afzender",
	"fora da organização", "fora da sua organização", "remetente externo",
	"来自外部", "来自公司外部", "来自组织外部", "来自企业外部", "外部发件人", "外部邮箱", "外部人员", "來自外部",
	"來自組織外部", "來自公司外部", "外部寄件者", "外部寄件人",
}
