using MultiAgentInfra.Clients;
using MultiAgentInfra.Clients.Sqlite;

// One control plane of several on one database. Each line of its input is a key, on which it claims the build for its own operation.
var (folder, operation) = (args[0], Guid.Parse(args[1]));
using var data = DataFolder.Open(folder);
using var database = new ControlDatabase(data, TimeProvider.System);
var images = new RuntimeImageStore(database);
Console.WriteLine("ready");
while (Console.ReadLine() is { } key)
    Console.WriteLine((await images.ClaimAsync(operation, key, waited: false, CancellationToken.None)).State);
