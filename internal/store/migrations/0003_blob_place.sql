-- +goose Up
-- Where a blob lies whose data is NULL: a path within the folder of blobs, and the place in there.
-- Before, each had a file named by its hash.
ALTER TABLE blob ADD COLUMN file TEXT NOT NULL DEFAULT '';
ALTER TABLE blob ADD COLUMN file_offset BIGINT NOT NULL DEFAULT 0;
UPDATE blob SET file = substr(sha256, 1, 2) || '/' || sha256 WHERE data IS NULL;
CREATE INDEX blob_by_file ON blob (file) WHERE file <> '';
