-- Until when, in microseconds, material in hardware that was announced may still come into a row that refers to it; none
-- where it only has to be destroyed.
ALTER TABLE destructions ADD COLUMN expected INTEGER;
