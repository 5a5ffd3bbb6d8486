-- Instances at many points of their lives, as an engine with schema version 1 has left them.
PRAGMA foreign_keys=OFF;
BEGIN TRANSACTION;
CREATE TABLE Instances (
  Execution INTEGER PRIMARY KEY AUTOINCREMENT,
  InstanceId TEXT NOT NULL UNIQUE,
  Name TEXT NOT NULL,
  Status INTEGER NOT NULL,
  CreatedAt INTEGER NOT NULL,
  UpdatedAt INTEGER NOT NULL,
  Input TEXT, Output TEXT, CustomStatus TEXT, Failure TEXT,
  Detail TEXT NOT NULL,
  ParentInstanceId TEXT);
INSERT INTO Instances VALUES(1,'event','Run',0,640290528000000000,640290528000000000,'"event"',NULL,NULL,NULL,'{"Version":"","Parent":null,"Tags":null}',NULL);
INSERT INTO Instances VALUES(2,'timer','Run',0,640290528000000000,640290528000000000,'"timer"',NULL,NULL,NULL,'{"Version":"","Parent":null,"Tags":null}',NULL);
INSERT INTO Instances VALUES(3,'task','Run',0,640290528000000000,640290528000000000,'"task"',NULL,NULL,NULL,'{"Version":"","Parent":null,"Tags":null}',NULL);
INSERT INTO Instances VALUES(4,'child','Run',0,640290528000000000,640290528000000000,'"child"',NULL,NULL,NULL,'{"Version":"","Parent":null,"Tags":null}',NULL);
INSERT INTO Instances VALUES(5,'inbox','Run',7,640290528000000000,640290528000000000,'"inbox"',NULL,NULL,NULL,'{"Version":"","Parent":null,"Tags":null}',NULL);
INSERT INTO Instances VALUES(6,'done','Run',1,640290528000000000,640290528000000000,'"done"','"done before"',NULL,NULL,'{"Version":"","Parent":null,"Tags":null}',NULL);
INSERT INTO Instances VALUES(7,'child-of','Child',0,640290528000000000,640290528000000000,NULL,NULL,NULL,NULL,'{"Version":"","Parent":{"Name":"Run","InstanceId":"child","Execution":4,"TaskId":1},"Tags":null}','child');
CREATE TABLE History (
  Execution INTEGER NOT NULL, Seq INTEGER NOT NULL,
  Kind INTEGER NOT NULL, TaskId INTEGER NOT NULL, Name TEXT, Payload TEXT, Detail TEXT, Time INTEGER NOT NULL,
  PRIMARY KEY (Execution, Seq)) WITHOUT ROWID;
INSERT INTO History VALUES(1,0,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(1,1,1,0,'Run','"event"','{"Version":"","Parent":null,"Tags":null}',0);
INSERT INTO History VALUES(1,2,2,0,'Step',NULL,'',0);
INSERT INTO History VALUES(1,3,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(1,4,3,0,NULL,'"first before"',NULL,0);
INSERT INTO History VALUES(2,0,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(2,1,1,0,'Run','"timer"','{"Version":"","Parent":null,"Tags":null}',0);
INSERT INTO History VALUES(2,2,2,0,'Step',NULL,'',0);
INSERT INTO History VALUES(2,3,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(2,4,3,0,NULL,'"first before"',NULL,0);
INSERT INTO History VALUES(2,5,5,1,NULL,NULL,NULL,640290564000000000);
INSERT INTO History VALUES(3,0,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(3,1,1,0,'Run','"task"','{"Version":"","Parent":null,"Tags":null}',0);
INSERT INTO History VALUES(3,2,2,0,'Step',NULL,'',0);
INSERT INTO History VALUES(3,3,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(3,4,3,0,NULL,'"first before"',NULL,0);
INSERT INTO History VALUES(3,5,2,1,'Step',NULL,'',0);
INSERT INTO History VALUES(4,0,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(4,1,1,0,'Run','"child"','{"Version":"","Parent":null,"Tags":null}',0);
INSERT INTO History VALUES(4,2,2,0,'Step',NULL,'',0);
INSERT INTO History VALUES(4,3,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(4,4,3,0,NULL,'"first before"',NULL,0);
INSERT INTO History VALUES(4,5,7,1,'Child',NULL,'child-of',0);
INSERT INTO History VALUES(5,0,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(5,1,1,0,'Run','"inbox"','{"Version":"","Parent":null,"Tags":null}',0);
INSERT INTO History VALUES(5,2,2,0,'Step',NULL,'',0);
INSERT INTO History VALUES(5,3,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(5,4,3,0,NULL,'"first before"',NULL,0);
INSERT INTO History VALUES(5,5,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(5,6,12,0,NULL,'a pause',NULL,0);
INSERT INTO History VALUES(6,0,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(6,1,1,0,'Run','"done"','{"Version":"","Parent":null,"Tags":null}',0);
INSERT INTO History VALUES(6,2,2,0,'Step',NULL,'',0);
INSERT INTO History VALUES(6,3,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(6,4,3,0,NULL,'"done before"',NULL,0);
INSERT INTO History VALUES(6,5,15,0,'Completed',NULL,NULL,640290528000000000);
INSERT INTO History VALUES(7,0,0,0,NULL,NULL,NULL,640290528000000000);
INSERT INTO History VALUES(7,1,1,0,'Child',NULL,'{"Version":"","Parent":{"Name":"Run","InstanceId":"child","Execution":4,"TaskId":1},"Tags":null}',0);
CREATE TABLE NewEvents (
  Id INTEGER PRIMARY KEY AUTOINCREMENT,
  InstanceId TEXT NOT NULL, Execution INTEGER, VisibleAt INTEGER NOT NULL,
  Kind INTEGER NOT NULL, TaskId INTEGER NOT NULL, Name TEXT, Payload TEXT, Detail TEXT, Time INTEGER NOT NULL);
INSERT INTO NewEvents VALUES(8,'timer',2,640290564000000000,6,1,NULL,NULL,NULL,640290564000000000);
INSERT INTO NewEvents VALUES(10,'inbox',NULL,0,11,0,'go','"early"',NULL,0);
INSERT INTO NewEvents VALUES(11,'inbox',NULL,0,13,0,NULL,'it goes on',NULL,0);
CREATE TABLE NewTasks (
  Id INTEGER PRIMARY KEY AUTOINCREMENT,
  Execution INTEGER NOT NULL, InstanceId TEXT NOT NULL, TaskId INTEGER NOT NULL,
  Name TEXT NOT NULL, Version TEXT NOT NULL, Input TEXT);
INSERT INTO NewTasks VALUES(6,3,'task',1,'Step','','"second"');
DELETE FROM sqlite_sequence;
INSERT INTO sqlite_sequence VALUES('Instances',7);
INSERT INTO sqlite_sequence VALUES('NewEvents',11);
INSERT INTO sqlite_sequence VALUES('NewTasks',7);
CREATE INDEX InstancesByParent ON Instances (ParentInstanceId) WHERE ParentInstanceId IS NOT NULL;
CREATE INDEX NewEventsByInstance ON NewEvents (InstanceId);
COMMIT;
PRAGMA user_version = 1;
