using System.CommandLine;
using MultiAgentInfra.Benchmarks;
using MultiAgentInfra.Benchmarks.Clusters;
using MultiAgentInfra.Benchmarks.Images;
using MultiAgentInfra.Benchmarks.Workers;

// Engines take no token: what is under way is left where it is.
var durable = BenchmarkCommand.Create(
    "durable", "Measures the embedded durable engine and prints tables and a line for each goal.", DurableBenchmarks.Names, () => null,
    (context, only, output) => DurableBenchmarks.RunAsync(context, only, output).WaitAsync(context.Stop));
var images = BenchmarkCommand.Create(
    "images", "Measures builds and pushes of images beside Docker and buildah, and prints a table and a line for each goal.",
    ImageBenchmarks.Names, ImageBenchmarks.Refusal, ImageBenchmarks.RunAsync);
var clusters = BenchmarkCommand.Create(
    "clusters", "Measures many agents on the clusters of a Portainer, which is the tests' stand-in in a process of its own.", ["fleet"], () => null, ClusterBenchmarks.RunAsync);
var portainer = new Command(PortainerProcess.Verb);
portainer.Hidden = true;
portainer.SetAction((_, _) => PortainerProcess.ServeAsync());

var name = new Argument<string>("name");
var subject = new Argument<string>("subject");
var count = new Argument<int>("count");
var argument = new Argument<int>("argument");
var worker = new Command(WorkerProcess.Verb) { name, subject, count, argument };
worker.Hidden = true;
worker.SetAction((parsed, _) => WorkerProcess.ServeAsync(
    BenchmarkWorker.Named(parsed.GetValue(name)!), parsed.GetValue(subject)!, parsed.GetValue(count), parsed.GetValue(argument)));

return await new RootCommand("Benchmarks of MultiAgentInfra.") { durable, images, clusters, worker, portainer }.Parse(args).InvokeAsync();
