using Vitrine.Go.Probes.Calibration;
using Vitrine.Go.Probes.Points;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Session;

/// <summary>
/// Counts what probes cost the target: runs and time of each program from the kernel's statistics, plus the trap that leads to it, as measured on this
/// machine. A program that sits on both kinds of instruction is charged for the dearer one: an upper bound.
/// </summary>
/// <param name="bpf">The loaded programs.</param>
internal sealed class ProbeMeter(BpfObject bpf)
{
    private readonly Dictionary<BpfProgram, ProbeMechanism?> _programs = [];
    private TrapCost? _traps;

    /// <summary>Adds a program; the trap is measured when the first user probe is added.</summary>
    public void Add(BpfProgram program, ProbeMechanism? mechanism)
    {
        if (mechanism is not null)
            _traps ??= TrapCost.OfThisMachine;
        _programs[program] = _programs.TryGetValue(program, out ProbeMechanism? known) && known == ProbeMechanism.SingleStepped ? known : mechanism;
    }

    /// <summary>Hits and nanoseconds so far.</summary>
    public Spent Total()
    {
        if (!bpf.HasStatistics)
        {
            long runs = bpf.OwnRuns();
            return new Spent(runs, runs * _programs.Values.Select(TrapOf).DefaultIfEmpty(0).Max());
        }
        long hits = 0;
        double nanoseconds = 0;
        foreach ((BpfProgram program, ProbeMechanism? mechanism) in _programs)
        {
            ProgramRuns runs = program.Runs();
            hits += runs.Count;
            nanoseconds += runs.Nanoseconds + runs.Count * TrapOf(mechanism);
        }
        return new Spent(hits, nanoseconds);
    }

    /// <summary>Whether nothing is known of the cost: clocks and tracepoints alone, for a viewer to whom the kernel does not tell their time.</summary>
    public bool IsBlind => !bpf.HasStatistics && _traps is null;

    /// <summary>How the cost was obtained.</summary>
    public Provenance Provenance => !bpf.HasStatistics
        ? Provenance.Bound("runs counted by the programs, at the price of the dearest trap among them as measured on this machine; the programs' own time is not in it, because the kernel tells it only to CAP_SYS_ADMIN")
        : Provenance.Estimated(_traps is null
        ? "runs and time of the programs, counted by the kernel"
        : FormattableString.Invariant($"runs and time of the programs, counted by the kernel, plus {_traps.EmulatedNs:0} ns (emulated) or {_traps.SingleSteppedNs:0} ns (single-stepped) for each trap, measured on this machine"));

    private double TrapOf(ProbeMechanism? mechanism) => mechanism switch
    {
        ProbeMechanism.Emulated => _traps!.EmulatedNs,
        ProbeMechanism.SingleStepped => _traps!.SingleSteppedNs,
        _ => 0,
    };

    /// <summary>What was spent.</summary>
    internal readonly record struct Spent(long Hits, double Nanoseconds)
    {
        public static Spent operator -(Spent one, Spent other) => new(one.Hits - other.Hits, one.Nanoseconds - other.Nanoseconds);
    }
}
