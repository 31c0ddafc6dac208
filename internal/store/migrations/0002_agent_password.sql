-- +goose Up
-- The hash of the password with which an agent hands mail in (internal/password); '' for none.
ALTER TABLE agent ADD COLUMN password TEXT NOT NULL DEFAULT '';
