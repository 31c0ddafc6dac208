-- +goose Up
-- Until when an address gets no automatic mail, because mail to it came back; 0 for most.
ALTER TABLE customer ADD COLUMN suppressed_until BIGINT NOT NULL DEFAULT 0;
CREATE INDEX customer_suppressed ON customer (suppressed_until) WHERE suppressed_until > 0;
