DROP TABLE used_challenges;
DROP TABLE imported_users;
