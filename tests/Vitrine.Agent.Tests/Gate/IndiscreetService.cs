using System.Globalization;
using Vitrine.Agent.Gate;
using Vitrine.TestTargets;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>A Go service with its own pprof and expvar, which says whatever it was given (samples/go/indiscreet).</summary>
sealed class IndiscreetService : IDisposable
{
    readonly SampleProcess _process;

    IndiscreetService(SampleProcess process)
    {
        _process = process;
        Address = new Uri($"http://{process.ReadyLine.Split("address=")[1]}/");
        Own = new HttpClient { BaseAddress = Address, Timeout = TimeSpan.FromSeconds(60) };
    }

    public int Pid => _process.Pid;

    /// <summary>Where its own pages are.</summary>
    public Uri Address { get; }

    /// <summary>Asks the service itself, past the gate.</summary>
    public HttpClient Own { get; }

    /// <summary>The gate in front of it: from outside, else forwarded.</summary>
    public GateRequest Guarded => new() { Forward = Address.ToString() };

    /// <summary>Starts it.</summary>
    /// <param name="arguments">Its command line.</param>
    /// <param name="labels">Labels of goroutines that wait and work.</param>
    /// <param name="vars">Published variables.</param>
    /// <param name="waiting">Goroutines that wait without a label.</param>
    public static IndiscreetService Start(IReadOnlyList<string>? arguments = null, IReadOnlyDictionary<string, string>? labels = null, IReadOnlyDictionary<string, string>? vars = null, int waiting = 0) =>
        new(SampleProcess.StartProgram(GoFixture.Build(GoToolchain.Newest, GoFlavour.Stripped, "indiscreet").Path, arguments ?? [], new Dictionary<string, string>
        {
            ["INDISCREET_LABELS"] = Lines(labels),
            ["INDISCREET_VARS"] = Lines(vars),
            ["INDISCREET_WAITING"] = waiting.ToString(CultureInfo.InvariantCulture),
        }));

    static string Lines(IReadOnlyDictionary<string, string>? pairs) => string.Join('\n', (pairs ?? new Dictionary<string, string>()).Select(static one => $"{one.Key}={one.Value}"));

    public void Dispose()
    {
        Own.Dispose();
        _process.Dispose();
    }
}
