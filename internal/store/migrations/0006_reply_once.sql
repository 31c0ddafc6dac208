-- +goose Up
-- The new text of most mails is how their text begins: it is kept once, and here stands how many
-- bytes of it; 0 where reply_text says it.
ALTER TABLE message ADD COLUMN reply_end BIGINT NOT NULL DEFAULT 0;
