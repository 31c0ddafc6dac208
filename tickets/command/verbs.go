package command

// Verb is a command's name in English, without the slash: its key in the journal.
type Verb string

// verbs maps every name that an agent may type, in lower case, to its verb.
var verbs = map[string]Verb{
	"close": "close", "关闭": "close", "關閉": "close",
	"solve": "solve", "解决": "solve", "解決": "solve", "已解决": "solve", "已解決": "solve",
	"pending": "pending", "等待": "pending", "等待回复": "pending", "等待回覆": "pending",
	"open": "open", "打开": "open", "打開": "open", "受理": "open", "重开": "open",
	"note": "note", "备注": "note", "備註": "note", "内部": "note",
	"assign": "assign", "分配": "assign", "指派": "assign", "转给": "assign", "轉給": "assign",
	"take": "take", "接单": "take", "接單": "take", "认领": "take", "認領": "take",
	"priority": "priority", "优先级": "priority", "優先級": "priority",
	"type": "type", "类型": "type", "類型": "type",
	"tag": "tag", "标签": "tag", "標籤": "tag",
	"cc": "cc", "抄送": "cc", "merge": "merge", "合并": "merge", "合併": "merge",
	"split": "split", "拆分": "split", "subject": "subject", "主题": "subject", "主題": "subject",
	"snooze": "snooze", "稍后": "snooze", "稍後": "snooze", "搁置": "snooze", "擱置": "snooze",
	"ask": "ask", "询问": "ask", "詢問": "ask", "for": "for", "代": "for", "代客户": "for",
	"spam": "spam", "垃圾": "spam", "垃圾邮件": "spam", "垃圾郵件": "spam",
	"macro": "macro", "模板": "macro", "宏": "macro", "undo": "undo", "撤销": "undo", "撤銷": "undo",
	"send": "send", "发送": "send", "發送": "send", "away": "away", "离开": "away", "離開": "away",
	"help": "help", "帮助": "help", "幫助": "help",
}
