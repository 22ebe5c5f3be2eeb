using System.Globalization;
using Vitrine.Go;
using Vitrine.Go.Probes.Points;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.TestTargets;

namespace Vitrine.Bench.Probes;

/// <summary>What one hit costs, on main.tick of samples/go/yardstick: the same counter, ours on the instruction that Vitrine chooses, bpftrace's where bpftrace puts it.</summary>
sealed class HitCost : IDisposable
{
    const int Calls = 300_000;
    const string Function = "main.tick";

    readonly SampleProcess process;
    readonly GoTarget target;
    readonly string binary;
    readonly byte[] program;

    public HitCost(GoFixture fixture, byte[] program)
    {
        process = SampleProcess.Start(fixture, "loop");
        target = GoTarget.Attach(LinuxProcess.Open(process.Pid));
        binary = fixture.Path;
        this.program = program;
        var found = new ProbePointFinder(target.Binary).TryEntries(Function, out var points, out var reason);
        Point = found && points is [var only] ? only : throw new InvalidOperationException($"{Function} cannot be probed: {reason}");
    }

    public ProbePoint Point { get; }

    /// <summary>Nanoseconds that a call takes without a probe.</summary>
    public double Bare() => Ask();

    /// <summary>With our probe.</summary>
    public double Ours()
    {
        using var bpf = Open();
        var links = Attach(bpf, "nothing");
        bpf.Switch(on: true);
        try
        {
            return Ask();
        }
        finally
        {
            ProbeLink.DisposeAll(links);
        }
    }

    /// <summary>With bpftrace counting calls.</summary>
    public double Theirs()
    {
        using var observer = new Observer([["bpftrace", "-e", $"uprobe:{binary}:{Function} {{ @ = count(); }}"]]);
        return observer.AwaitReady() is { } why ? throw new InvalidOperationException($"bpftrace {why}") : Ask();
    }

    /// <summary>Adds up calls by argument in the kernel while the target makes a fixed number of them a second, on all processors.</summary>
    public Aggregation Aggregate(int rate, TimeSpan duration)
    {
        using var bpf = Open();
        var links = Attach(bpf, "aggregate");
        bpf.Switch(on: true);
        try
        {
            var answer = process.Ask(string.Create(CultureInfo.InvariantCulture, $"spin {Environment.ProcessorCount} {rate} {duration.TotalSeconds}")).Split(' ');
            long made = long.Parse(answer[0], CultureInfo.InvariantCulture), took = long.Parse(answer[1], CultureInfo.InvariantCulture);
            var counted = bpf.Map("calls").ReadAllSums<ulong>().Sum(pair => (long)pair.Value[0]);
            const uint mapFull = 1;
            return new Aggregation(made, TimeSpan.FromMicroseconds(took / 1000.0), counted, (long)bpf.Map("counters").SumPerCpu(mapFull));
        }
        finally
        {
            ProbeLink.DisposeAll(links);
        }
    }

    public void Dispose()
    {
        target.Dispose();
        process.Dispose();
    }

    BpfObject Open()
    {
        var bpf = BpfObject.Open(program, "aggregate");
        bpf.Load();
        return bpf;
    }

    IReadOnlyList<ProbeLink> Attach(BpfObject bpf, string name) =>
        bpf.Program(name).AttachUprobes(process.Pid, string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Pid}/exe"), [(Point.FileOffset, 0)]);

    double Ask() => double.Parse(process.Ask($"calls {Calls}"), CultureInfo.InvariantCulture);
}

/// <summary>Calls as the target counted them and as the kernel did.</summary>
/// <param name="Made">Calls that the target made.</param>
/// <param name="Took">How long it took.</param>
/// <param name="Counted">Calls that the kernel added up.</param>
/// <param name="Lost">Calls for which the table had no room, counted in the kernel.</param>
readonly record struct Aggregation(long Made, TimeSpan Took, long Counted, long Lost)
{
    public double PerSecond => Made / Took.TotalSeconds;

    public bool IsExact => Counted + Lost == Made;
}
