namespace MultiAgentInfra.Benchmarks;

/// <summary>What every row gets: a folder on the measured disk, how thorough to be, and where to say what happens.</summary>
internal sealed class BenchmarkContext(string folder, bool isQuick, Progress progress, CancellationToken stop)
{
    private readonly List<double> _syncs = [];
    private int _folders;

    public string FileSystem => DiskProbe.FileSystem(folder);

    public Progress Progress => progress;

    public CancellationToken Stop => stop;

    /// <summary>A tenth of the work, once: it shows that all runs, and is held to no goal.</summary>
    public bool IsQuick => isQuick;

    public int Repetitions => isQuick ? 1 : 3;

    public TimeSpan WarmUp => TimeSpan.FromSeconds(isQuick ? 1 : 4);

    public int Scale(int count) => isQuick ? Math.Max(1, count / 10) : count;

    /// <summary>An empty folder that goes with the run at the latest.</summary>
    public string NewFolder() => Directory.CreateDirectory(Path.Combine(folder, $"{++_folders}")).FullName;

    /// <summary>A folder on the same disk that later runs find again.</summary>
    public string KeptFolder(string name) => Path.Combine(Path.GetDirectoryName(folder)!, name);

    /// <summary>Milliseconds of so many appends with their syncs, which are kept for the whole run's figure too.</summary>
    public List<double> ProbeDisk(int count = 200)
    {
        var times = DiskProbe.Measure(folder, count);
        _syncs.AddRange(times);
        return times;
    }

    public Samples Syncs() => new(_syncs.Count > 0 ? _syncs : ProbeDisk());
}
