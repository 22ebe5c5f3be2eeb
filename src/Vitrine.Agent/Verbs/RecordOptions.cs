using System.CommandLine;
using Vitrine.Agent.CommandLine;
using Vitrine.Agent.Show;
using Vitrine.DotNet;
using Vitrine.DotNet.Outside;
using Vitrine.Go;
using Vitrine.Go.OffCpu;
using Vitrine.Go.Probes.Cpu;
using Vitrine.Go.Profiles;
using Vitrine.Instruments;

namespace Vitrine.Agent.Verbs;

/// <summary>The options of <c>vitrine record</c> that belong to single profiles, and the instrument they make.</summary>
sealed class RecordOptions
{
    readonly InstrumentRegistry _instruments = GoInstruments.Registry();
    readonly Option<bool> _fresh = new("--fresh") { Description = "heap and allocs: also count what the Go runtime has recorded and not published yet" };
    readonly Option<double?> _rate = new("--rate") { Description = "cpu: samples a second on each processor [default: 99]; offcpu: looks a second at most [default: 20]", HelpName = "HZ" };
    readonly Option<bool> _goroutines = new("--goroutines") { Description = "cpu and offcpu: keep goroutines apart by a label with their id" };
    readonly Option<bool> _system = new("--system") { Description = "offcpu: include the runtime's own goroutines" };
    readonly Option<bool> _kernel = new("--kernel") { Description = "cpu: show what the kernel does for the process" };
    readonly Option<double?> _budget = ProbeOptions.Budget();

    /// <summary>Names of everything that can be recorded.</summary>
    public IReadOnlyList<string> Names => [.. _instruments.All.Where(instrument => instrument is IProfileInstrument or IProfileRecorder).Select(instrument => instrument.Name)];

    public IReadOnlyList<Option> All => [_fresh, _rate, _goroutines, _system, _kernel, _budget];

    /// <summary>The instrument of that name, with the options that were typed; refuses options that mean nothing to it.</summary>
    public IInstrument Instrument(string name, ParseResult parsed)
    {
        // What pprof's HTTP door calls the CPU profile.
        if (name == "profile")
            name = "cpu";
        if (!_instruments.TryGet(name, out var instrument) || instrument is not (IProfileInstrument or IProfileRecorder))
            throw new UsageException($"There is no profile '{Terminal.Safe(name)}': vitrine record PID {string.Join('|', Names)} -o FILE");
        Refuse(parsed, _fresh, name is "heap" or "allocs", "goes with heap and allocs: the other profiles are always up to date");
        foreach (Option option in (Option[])[_rate, _goroutines])
            Refuse(parsed, option, name is "cpu" or "offcpu", "goes with cpu and offcpu");
        Refuse(parsed, _system, name is "offcpu", "goes with offcpu");
        foreach (Option option in (Option[])[_kernel, _budget])
            Refuse(parsed, option, name is "cpu", "goes with cpu");
        return name switch
        {
            "heap" when parsed.GetValue(_fresh) => new BucketProfileInstrument(BucketProfileKind.Heap, new BucketProfileOptions { Fresh = true }),
            "allocs" when parsed.GetValue(_fresh) => new BucketProfileInstrument(BucketProfileKind.Allocs, new BucketProfileOptions { Fresh = true }),
            "cpu" => new CpuRecorder(new CpuOptions
            {
                Rate = (int)Rate(parsed, CpuOptions.Default.Rate, CpuOptions.MaxRate),
                WithGoroutineIds = parsed.GetValue(_goroutines),
                WithKernelStacks = parsed.GetValue(_kernel),
                Budget = parsed.GetValue(_budget) ?? CpuOptions.Default.Budget,
            }),
            "offcpu" => new OffCpuRecorder(new OffCpuOptions
            {
                Rate = Rate(parsed, OffCpuOptions.Default.Rate, 1000),
                WithGoroutineIds = parsed.GetValue(_goroutines),
                WithSystemGoroutines = parsed.GetValue(_system),
            }),
            _ => instrument,
        };
    }

    /// <summary>Names of what can be recorded of .NET processes.</summary>
    public static IReadOnlyList<string> DotNetNames { get; } = ["cpu", "threads", .. OfEvents().All.Where(IsRecorded).Select(static one => one.Name).Where(static name => name is not ("cpu" or "threads"))];

    /// <summary>Whether Go has a profile of that name.</summary>
    public bool IsOfGo(string name) => name == "profile" || _instruments.TryGet(name, out _);

    // What the runtime itself reports is recorded of this process and of others by the same code.
    static InstrumentRegistry OfEvents() => DotNetInstruments.AddTo(new InstrumentRegistry());

    static bool IsRecorded(IInstrument instrument) => instrument is IProfileRecorder or IFileRecorder;

    /// <summary>The instrument of that name for .NET processes, with the options that were typed; null when there is none.</summary>
    public IInstrument? DotNetInstrument(string name, ParseResult parsed) => name switch
    {
        "cpu" or "profile" => new OutsideCpuRecorder(new OutsideCpuOptions { Rate = (int)Rate(parsed, OutsideCpuOptions.Default.Rate, OutsideCpuOptions.MaximumRate), WithKernelStacks = parsed.GetValue(_kernel) }),
        "threads" => new ThreadsInstrument(),
        _ => OfEvents().TryGet(name, out var instrument) && IsRecorded(instrument) ? instrument : null,
    };

    double Rate(ParseResult parsed, double otherwise, double most) => parsed.GetValue(_rate) switch
    {
        null => otherwise,
        double rate when rate >= (most == CpuOptions.MaxRate ? 1 : 0.1) && rate <= most => rate,
        _ => throw new UsageException($"--rate is how often a second, up to {most:0}."),
    };

    static void Refuse(ParseResult parsed, Option option, bool fits, string why)
    {
        if (!fits && parsed.GetResult(option) is { Implicit: false })
            throw new UsageException($"{option.Name} {why}.");
    }
}
