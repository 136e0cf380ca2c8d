-- 1 where whoever made the alias wrote `alias/` in front of its name, otherwise 0.
ALTER TABLE aliases ADD COLUMN prefixed INTEGER NOT NULL DEFAULT 1;
