using System.CommandLine;
using Vitrine.Agent.Show;
using Vitrine.Go;
using Vitrine.Go.OffCpu;
using Vitrine.Go.Profiles;
using Vitrine.Instruments;

namespace Vitrine.Agent.Verbs;

/// <summary>The options of <c>vitrine record</c> that belong to single profiles, and the instrument they make.</summary>
sealed class RecordOptions
{
    readonly InstrumentRegistry _instruments = GoInstruments.Registry();
    readonly Option<bool> _fresh = new("--fresh") { Description = "heap and allocs: also count what the Go runtime has recorded and not published yet" };
    readonly Option<double?> _rate = new("--rate") { Description = "offcpu: looks per second at most [default: 20]", HelpName = "HZ" };
    readonly Option<bool> _goroutines = new("--goroutines") { Description = "offcpu: keep goroutines apart by a label with their id" };
    readonly Option<bool> _system = new("--system") { Description = "offcpu: include the runtime's own goroutines" };

    /// <summary>Names of everything that can be recorded.</summary>
    public IReadOnlyList<string> Names => [.. _instruments.All.Where(instrument => instrument is IProfileInstrument or IProfileRecorder).Select(instrument => instrument.Name)];

    public IReadOnlyList<Option> All => [_fresh, _rate, _goroutines, _system];

    /// <summary>The instrument of that name, with the options that were typed; refuses options that mean nothing to it.</summary>
    public IInstrument Instrument(string name, ParseResult parsed)
    {
        if (!_instruments.TryGet(name, out var instrument) || instrument is not (IProfileInstrument or IProfileRecorder))
            throw new UsageException($"There is no profile '{Terminal.Safe(name)}': vitrine record PID {string.Join('|', Names)} -o FILE");
        Refuse(parsed, _fresh, name is "heap" or "allocs", "goes with heap and allocs: the other profiles are always up to date");
        foreach (Option option in (Option[])[_rate, _goroutines, _system])
            Refuse(parsed, option, name is "offcpu", "goes with offcpu");
        return name switch
        {
            "heap" when parsed.GetValue(_fresh) => new BucketProfileInstrument(BucketProfileKind.Heap, new BucketProfileOptions { Fresh = true }),
            "allocs" when parsed.GetValue(_fresh) => new BucketProfileInstrument(BucketProfileKind.Allocs, new BucketProfileOptions { Fresh = true }),
            "offcpu" => new OffCpuRecorder(new OffCpuOptions
            {
                Rate = Rate(parsed, OffCpuOptions.Default.Rate, 1000),
                WithGoroutineIds = parsed.GetValue(_goroutines),
                WithSystemGoroutines = parsed.GetValue(_system),
            }),
            _ => instrument,
        };
    }

    double Rate(ParseResult parsed, double otherwise, double most) => parsed.GetValue(_rate) switch
    {
        null => otherwise,
        double rate when rate >= 0.1 && rate <= most => rate,
        _ => throw new UsageException($"--rate is looks per second, from 0.1 to {most:0}."),
    };

    static void Refuse(ParseResult parsed, Option option, bool fits, string why)
    {
        if (!fits && parsed.GetResult(option) is { Implicit: false })
            throw new UsageException($"{option.Name} {why}.");
    }
}
