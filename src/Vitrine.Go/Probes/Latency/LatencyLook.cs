using System.Globalization;
using System.Text;
using Vitrine.Go.Binary;
using Vitrine.Go.Probes.Calibration;
using Vitrine.Go.Probes.Points;
using Vitrine.Go.Probes.Session;
using Vitrine.Instruments;
using Vitrine.Linux.Kernel;

namespace Vitrine.Go.Probes.Latency;

/// <summary>
/// Measures how long calls of functions take, from begin to end, in the kernel. A call begins at the function's entry probe point and ends at the
/// return instruction that it leaves by; it is followed by goroutine and stack depth, so that it may change threads, its stack may move, and it may
/// call itself. Calls that end by a panic or Goexit are counted, and are in no histogram. Not thread-safe.
/// </summary>
public sealed class LatencyLook : IDisposable
{
    /// <summary>Functions in one look: each needs several probes, and a view of more is no view.</summary>
    public const int MaxFunctions = 64;

    // A median below so many times the probes' own share says more about the probes than about the function.
    const double ShortCall = 3;

    // Bits of the attach cookie, see latency.bpf.c.
    const ulong ByThread = 1UL << 62, KnownCallers = 1UL << 61, AfterCall = 1UL << 60;

    readonly List<string> functions = [];
    readonly LatencyReader reader;
    readonly LatencyGrouping by;
    long cut;

    LatencyLook(GoTarget target, GoProbeSession session, LatencyGrouping by)
    {
        Session = session;
        this.by = by;
        reader = new LatencyReader(target, session.Object, by, functions);
        session.WindowChanged += OnWindowChanged;
    }

    /// <summary>
    /// About how much of the probes is in each duration, in nanoseconds: behind the clock of the beginning and before that of the end there is one trap
    /// and half of each program. Calls inside a call add their whole cost.
    /// </summary>
    public static double OverheadNs => TrapCost.OfThisMachine.EmulatedNs + 500;

    /// <summary>The probes.</summary>
    public GoProbeSession Session { get; }

    /// <summary>The functions that are measured, by full name.</summary>
    public IReadOnlyList<string> Functions => functions;

    /// <summary>Finds the functions and loads the program; <see cref="GoProbeSession.Run"/> of <see cref="Session"/> starts it.</summary>
    /// <exception cref="InvalidOptionException">A pattern or a label's key is wrong, or too many functions are named.</exception>
    /// <exception cref="InstrumentUnavailableException">None of the functions can be probed; the message has the reasons.</exception>
    /// <exception cref="KernelRefusalException">A privilege or a feature of the kernel is missing.</exception>
    public static LatencyLook Open(GoTarget target, LatencyOptions options)
    {
        ArgumentNullException.ThrowIfNull(target);
        ArgumentNullException.ThrowIfNull(options);
        var config = Config(target, options);
        var finder = new ProbePointFinder(target.Binary);
        var (functions, absent) = MeasuredFunction.Find(finder, options.Functions);
        if (functions.Count == 0)
        {
            throw new InstrumentUnavailableException(
                "none of these functions can be measured: " + string.Join("; ", absent.Select(one => $"{one.Function}: {one.Reason}")),
                $"vitrine record {target.Pid} cpu -o cpu.html   shows the functions that run, vitrine dump those that wait; an inlined function is measured through its callers");
        }
        var program = new GoProbeProgram
        {
            Object = "latency",
            Scales = true,
            GoTypes = ["runtime.g", "runtime.m"],
            Configure = bpf => bpf.SetConfig(config),
            Budget = options.Budget,
            OwnCounters = ["calls without room in the histograms", "calls from other places than the direct calls"],
        };
        var notes = new List<string>();
        functions = EndPlan.Choose(target, finder, program, functions, options.Ends, notes);

        var look = new LatencyLook(target, GoProbeSession.Open(target, program), options.By);
        try
        {
            foreach (var one in absent)
                look.Session.AddAbsent(one.Function, one.Reason);
            foreach (var note in notes)
                look.Session.Note(note);
            foreach (var function in functions)
                look.Attach(function, target.Bias);
            return look;
        }
        catch
        {
            look.Dispose();
            throw;
        }
    }

    /// <summary>What was found so far.</summary>
    public LatencyResult Read()
    {
        var rows = reader.Read();
        foreach (var function in functions.Where(function => rows.TrueForAll(row => row.Function != function)))
            rows.Add(new FunctionLatency(function, null, LogLinearHistogram.Empty));
        // In batches: a walk from key to key begins anew where the programs delete the key under it, and would count many calls twice.
        var underWay = Session.Object.Map("calls").ReadAll<CallPlace, CallUnderWay>().Count;
        var report = Session.Report();
        var mostlyProbes = rows.Where(row => row.Durations.Quantile(0.5).TryGet(out var median) && median < ShortCall * OverheadNs).Select(row => row.Function).Distinct().ToList();
        if (mostlyProbes.Count > 0)
            report = report with { Notes = [.. report.Notes, $"{string.Join(", ", mostlyProbes)}: most calls are so short that the probes are a large part of their durations; these are upper bounds."] };
        return new LatencyResult(rows, report, underWay, cut);
    }

    /// <inheritdoc/>
    public void Dispose() => Session.Dispose();

    static LatencyConfig Config(GoTarget target, LatencyOptions options)
    {
        var config = new LatencyConfig { Grouping = (uint)options.By, LabelsAreList = target.Binary.Version.AtLeast(1, 24) ? 1u : 0 };
        if (options.By != LatencyGrouping.Label)
            return config;
        var key = Encoding.UTF8.GetBytes(options.LabelKey);
        if (key.Length is 0 or > LabelKeyText.Length)
            throw new InvalidOptionException($"the key of a label has 1 to {LabelKeyText.Length} bytes, '{options.LabelKey}' has {key.Length}", "write label:KEY");
        key.CopyTo(config.LabelKey);
        config.LabelLength = (uint)key.Length;
        return config;
    }

    void Attach(MeasuredFunction function, ulong bias)
    {
        var number = (ulong)functions.Count;
        functions.Add(function.Name);
        // Ends before begins: what began before is known as an end without a beginning, and no beginning lacks its end.
        foreach (var site in function.Sites)
        {
            Session.Object.Map("sites").Update(unchecked(site.ReturnAddress + bias), (uint)number);
            Session.AttachPoint("call_ends", site.After, $"callers of {function.Name}", number | AfterCall);
        }
        foreach (var body in function.Bodies)
            Attach(body, function.Name, number, atCallers: function.Sites.Count > 0);
    }

    void Attach(FunctionProbePoints body, string name, ulong number, bool atCallers)
    {
        var cookie = number | (body.IsAssembly ? ByThread : 0);
        foreach (var end in atCallers ? [] : body.Returns.Concat(body.TailJumps))
            Session.AttachPoint(Program("call_ends", end), end, $"returns of {name}", cookie);
        Session.AttachPoint(Program("call_begins", body.Entry), body.Entry, $"entry of {name}", cookie | (atCallers ? KnownCallers : 0));
        if (body.Entry.Mechanism == ProbeMechanism.SingleStepped)
            Session.Note($"{name}: its entry is single-stepped, and that step, some 10 µs, is part of each duration.");
        if (body.TailJumps.Count > 0 && !atCallers)
            Session.Note(string.Create(CultureInfo.InvariantCulture, $"{name} can leave by a jump to another function ({body.TailJumps.Count} places): such a call is taken to end there."));
        if (body.IsAssembly)
            Session.Note($"{name} is written in assembly: its calls are followed by thread{(by == LatencyGrouping.Label ? ", and stand under no label, because their goroutine is not known" : "")}.");
    }

    static string Program(string name, ProbePoint point) => point.Mechanism == ProbeMechanism.Emulated ? name : name + "_stepped";

    void OnWindowChanged(bool open)
    {
        if (open)
            return;
        // What is under way now ends unseen: its beginning must not meet the end of a later call.
        cut += Session.Object.Map("calls").TakeAll<CallPlace, CallUnderWay>().Count;
        Session.Object.Map("innermosts").TakeAll<ulong, InnermostCall>();
    }
}
