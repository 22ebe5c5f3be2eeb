using Vitrine.Instruments;

namespace Vitrine.Agent.Show;

/// <summary>How every result begins: whose it is.</summary>
static class Heading
{
    /// <summary>"checkout (pid 4711, go1.27.4)".</summary>
    public static string Of(Style style, ITarget target) => $"{style.Bold}{Terminal.Safe(target.Name)}{style.Reset} (pid {target.Pid}, {Terminal.Safe(target.RuntimeVersion)})";
}
