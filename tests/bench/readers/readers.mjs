// Lets well-known reply parsers read a tree of mails beside helpgate, and prints a table.
//
//   node readers.mjs HELPGATE TREE OUT
//
// For each reader and each TREE/…/x.eml it writes OUT/READER/…/x.json with the member reply_text,
// as `helpgate inspect --json --out` does, so that one program scores them all. The table counts
// the mails whose new text is known: from x.expected.txt (x.expected.alt*.txt are as good) or
// from reply_text of x.want.json. The others get text and HTML from npm's mailparser, a reader of
// HTML gets HTML where there is no text part; helpgate reads the mail itself.

import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import EmailReplyParser from 'email-reply-parser';
import { convert } from 'html-to-text';
import { JSDOM } from 'jsdom';
import { simpleParser } from 'mailparser';
import nodeEmailReplyParser from 'node-email-reply-parser';
import planer from 'planer';

const readers = {
  'no rules': (mail) => mail.text,
  'email-reply-parser': (mail) => new EmailReplyParser().read(mail.text).getVisibleText(),
  'node-email-reply-parser': (mail) => nodeEmailReplyParser(mail.text, true),
  'node-email-reply-parser, aggressive': (mail) =>
    nodeEmailReplyParser(mail.text).getVisibleText({ aggressive: true }),
  planer: (mail) =>
    mail.html && !mail.hasText
      ? convert(planer.extractFrom(mail.html, 'text/html', new JSDOM().window.document))
      : planer.extractFrom(mail.text, 'text/plain'),
};

const [helpgate, tree, out] = process.argv.slice(2);
const mails = fs
  .readdirSync(tree, { recursive: true })
  .filter((name) => name.endsWith('.eml'))
  .sort();
const results = { helpgate: { replies: readByHelpgate() } };
for (const [name, read] of Object.entries(readers)) {
  results[name] = await readAll(name, read);
}
print(results);

// readByHelpgate lets the binary read the tree and gives its new texts.
function readByHelpgate() {
  const dir = path.join(out, 'helpgate');
  execFileSync(helpgate, ['inspect', '--json', '--out', dir, tree]);
  return mails.map((name) => JSON.parse(fs.readFileSync(answerOf(dir, name))).reply_text);
}

async function readAll(name, read) {
  const replies = [];
  let faults = 0;
  for (const file of mails) {
    let reply = '';
    try {
      reply = read(await decode(path.join(tree, file))) ?? '';
    } catch {
      faults++; // a reader that gives up has read nothing
    }
    replies.push(reply);
    const answer = answerOf(path.join(out, name.replace(/\W+/g, '-')), file);
    fs.mkdirSync(path.dirname(answer), { recursive: true });
    fs.writeFileSync(answer, JSON.stringify({ reply_text: reply }));
  }
  return { replies, faults };
}

function answerOf(dir, name) {
  return path.join(dir, name.replace(/\.eml$/, '.json'));
}

async function decode(file) {
  const source = fs.readFileSync(file);
  const mail = await simpleParser(source, { skipImageLinks: true });
  const hasText = /content-type:\s*text\/plain/i.test(source.toString('latin1'));
  return { text: mail.text ?? '', html: mail.html || '', hasText };
}

// wanted gives the new texts that are right for a mail; none when nobody wrote them down.
function wanted(name) {
  const stem = path.join(tree, name.replace(/\.eml$/, ''));
  const dir = path.dirname(stem);
  const texts = fs
    .readdirSync(dir)
    .filter((f) => f.startsWith(path.basename(stem) + '.expected.') && f.endsWith('.txt'))
    .map((f) => fs.readFileSync(path.join(dir, f), 'utf8'));
  if (fs.existsSync(stem + '.want.json')) {
    const { reply_text: text } = JSON.parse(fs.readFileSync(stem + '.want.json', 'utf8'));
    if (text !== undefined) texts.push(text);
  }
  return texts;
}

function squash(text) {
  return text.split(/\s+/u).filter(Boolean).join(' ');
}

function tokens(text) {
  return text.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
}

// f1 is the harmonic mean of precision and recall of words, as multisets.
function f1(want, got) {
  const w = tokens(want);
  const g = tokens(got);
  if (w.length + g.length === 0) return 1;
  const left = new Map();
  for (const word of w) left.set(word, (left.get(word) ?? 0) + 1);
  let common = 0;
  for (const word of g) {
    if (left.get(word) > 0) {
      left.set(word, left.get(word) - 1);
      common++;
    }
  }
  return (2 * common) / (w.length + g.length);
}

function print(results) {
  const known = mails.map(wanted);
  const n = known.filter((texts) => texts.length > 0).length;
  console.log(`| reader | exact, of ${n} | | F1 | gave up, of ${mails.length} |\n|---|---|---|---|---|`);
  for (const [name, { replies, faults = 0 }] of Object.entries(results)) {
    let exact = 0;
    let similar = 0;
    known.forEach((texts, i) => {
      if (texts.length === 0) return;
      if (texts.some((text) => squash(text) === squash(replies[i]))) exact++;
      similar += Math.max(...texts.map((text) => f1(text, replies[i])));
    });
    const share = `${((100 * exact) / n).toFixed(0)} %`;
    console.log(`| ${name} | ${exact} | ${share} | ${(similar / n).toFixed(3)} | ${faults} |`);
  }
}
