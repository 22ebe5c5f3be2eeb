using Vitrine.Agent.Show;
using Vitrine.Instruments;

namespace Vitrine.Agent;

/// <summary>
/// The one rule for every verb that watches for a time, when its target ends first: the result is written as if the time had been shorter, it says so itself
/// (<see cref="Show.ProbeReportText"/>, <see cref="Json.ProbeReportJson"/>), and so do a message and the exit code. A script that asked for a minute can tell that it got less.
/// </summary>
static class EndOfLook
{
    /// <summary>The exit code of a look whose result has been written; says on standard error when it was cut short.</summary>
    public static int Of(int pid, ProbeReport report) => Of(pid, report.Coverage.TargetEnded, report.Coverage.Watched);

    /// <summary>The same for a look without probes.</summary>
    /// <param name="pid">The target.</param>
    /// <param name="targetEnded">Whether it ended first.</param>
    /// <param name="watched">How long it was watched.</param>
    public static int Of(int pid, bool targetEnded, TimeSpan watched)
    {
        if (!targetEnded)
            return ExitCode.Success;
        Console.Error.WriteLine($"vitrine: Process {pid} ended after {Units.Duration(watched)} of the look; the result is of that time.");
        return ExitCode.TargetGone;
    }
}
