package main

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestInspectReadsAFileATreeAndStandardInput(t *testing.T) {
	t.Parallel()
	dir, out := t.TempDir(), t.TempDir()
	for name, text := range map[string]string{
		"good.eml": plainMail, "deep/bad.eml": "\x00\x01\x02", "deep/none.txt": plainMail,
	} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	file := call(t, "", "inspect", "--json", filepath.Join(dir, "good.eml"))
	input := call(t, plainMail, "inspect", "--json", "-")
	for name, a := range map[string]answer{"file": file, "input": input} {
		v := inspected(t, a.out)
		if a.code != exitDone || v.ReplyText != "How do I?" || v.MessageID != "q1@customer.example" {
			t.Errorf("%s: exit %d, %+v, %s", name, a.code, v, a.err)
		}
	}
	if a := call(t, "", "inspect", "--out", out, dir); a.code != exitDone || a.out != "" {
		t.Errorf("tree: exit %d, out %q, err %q", a.code, a.out, a.err)
	}
	bad, err := os.ReadFile(filepath.Join(out, "deep", "bad.json"))
	if err != nil || inspected(t, string(bad)).Error == "" {
		t.Errorf("a bad mail has no error: %v\n%s", err, bad)
	}
	if _, err := os.Stat(filepath.Join(out, "good.json")); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(out, "deep", "none.json")); err == nil {
		t.Error("a file that is no .eml was read")
	}
	var all []inspectedJSON
	a := call(t, "", "inspect", "--json", dir)
	if err := json.Unmarshal([]byte(a.out), &all); err != nil || len(all) != 2 {
		t.Errorf("tree on standard output: %d mails, %v", len(all), err)
	}
}

// largeFile is a mail with a file of n bytes, which is large enough to leave the mail on the way.
func largeFile(n int, more string) (mail string, sum string) {
	data := strings.Repeat("0123456789abcdef", n/16)
	hash := sha256.Sum256([]byte(data))
	return "From: Ann <ann@cust.example>\r\nCc: bob@cust.example\r\nSubject: The log\r\n" +
			"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nHere is the log that you " +
			"asked for.\r\n-- \r\nAnn\r\n\r\nOn 1 May 2026, Bob wrote:\r\n> Send it.\r\n--b\r\n" +
			"Content-Type: application/zip; name=log.zip\r\nContent-Transfer-Encoding: base64\r\n\r\n" +
			base64.StdEncoding.EncodeToString([]byte(data)) + "\r\n" + more + "--b--\r\n",
		hex.EncodeToString(hash[:])
}

func TestInspectNamesFilesThatLeftTheMail(t *testing.T) {
	t.Parallel()
	mail, sum := largeFile(4<<20, "")
	v := inspected(t, call(t, mail, "inspect", "--json", "-").out)
	if len(v.Attachments) != 1 {
		t.Fatalf("%+v", v.Attachments)
	}
	if f := v.Attachments[0]; f.Size != 4<<20 || f.SHA256 != sum || f.Filename != "log.zip" {
		t.Errorf("%+v", f)
	}
}

// TestInspectShowsTheSourceOfAMailThatBreaksALimit, though its file had left it before it did.
func TestInspectShowsTheSourceOfAMailThatBreaksALimit(t *testing.T) {
	t.Parallel()
	mail, _ := largeFile(1<<20, strings.Repeat("--b\r\n\r\nx\r\n", 2000))
	a := call(t, mail, "inspect", "--json", "-")
	v := inspected(t, a.out)
	if a.code != exitDone || v.Error == "" || len(v.Attachments) != 1 {
		t.Fatalf("exit %d, error %q, %+v", a.code, v.Error, v.Attachments)
	}
	if f := v.Attachments[0]; f.Size != int64(len(mail)) || f.Filename != "source.eml" {
		t.Errorf("%+v, want %d bytes", f, len(mail))
	}
}

func TestInspectOfAMailThatIsTooLargeIsItsError(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "large.eml")
	if err := os.WriteFile(path, []byte(plainMail), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, maxInspected+1); err != nil {
		t.Fatal(err)
	}
	a := call(t, "", "inspect", "--json", path)
	if v := inspected(t, a.out); a.code != exitDone || !strings.Contains(v.Error, "50 MiB") {
		t.Errorf("exit %d, error %q", a.code, v.Error)
	}
}

func TestInspectForAPersonTellsAll(t *testing.T) {
	t.Parallel()
	mail, _ := largeFile(1<<10, "")
	a := call(t, mail, "inspect", "-")
	for _, want := range []string{
		"from         Ann <ann@cust.example>\n", "cc           <bob@cust.example>\n",
		"subject      The log\n", "kind         a person's\n", "language     en (",
		"attachment   log.zip (application/zip, 1024 bytes)\n",
		"new text:\n    Here is the log that you asked for.\n", "signature:\n    -- \n    Ann\n",
		"folded: ",
	} {
		if !strings.Contains(a.out, want) {
			t.Errorf("no %q in\n%s", want, a.out)
		}
	}
	if a.err != "" {
		t.Errorf("standard error: %q", a.err)
	}
}

func inspected(t *testing.T, text string) (v inspectedJSON) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return v
}
