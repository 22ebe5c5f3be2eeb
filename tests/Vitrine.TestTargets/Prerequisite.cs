using System.Runtime.InteropServices;

namespace Vitrine.TestTargets;

/// <summary>What a test needs beyond the checkout. Missing, it is a shown skip on a user's machine and a failure where everything has to be there.</summary>
public static class Prerequisite
{
    /// <summary>True where a missing tool is a failure: <c>CI=true</c>, as <c>.ci/run</c> sets it.</summary>
    public static bool IsContinuousIntegration =>
        string.Equals(Environment.GetEnvironmentVariable("CI"), "true", StringComparison.OrdinalIgnoreCase);

    /// <summary>True when <c>./test --quick</c> asked for the short run: the newest and the oldest version, without what is marked <see cref="FullRunOnlyAttribute"/>.</summary>
    public static bool IsQuickRun => Environment.GetEnvironmentVariable("VITRINE_TEST_QUICK") == "1";

    /// <summary>Skips the running test, or fails it where nothing may be missing.</summary>
    /// <param name="what">What is missing and the command that brings it.</param>
    public static void Missing(string what)
    {
        if (IsContinuousIntegration) Assert.Fail(what);
        Assert.Skip(what);
    }

    /// <summary>Skips or fails unless the test runs as root.</summary>
    public static void Root()
    {
        if (!Environment.IsPrivilegedProcess) Missing("needs root: run ./test as root");
    }

    /// <summary>Skips or fails unless kernel probes can be loaded here.</summary>
    public static void Probes()
    {
        Root();
        if (!NativeLibrary.TryLoad("libbpf.so.1", out _)) Missing("needs libbpf: apt-get install libbpf1");
        if (!File.Exists("/sys/bus/event_source/devices/uprobe/type")) Missing("needs a kernel with CONFIG_UPROBE_EVENTS, and /sys");
    }
}
