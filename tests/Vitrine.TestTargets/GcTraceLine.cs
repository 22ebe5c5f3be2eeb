using System.Globalization;
using System.Text.RegularExpressions;

namespace Vitrine.TestTargets;

/// <summary>One line of <c>GODEBUG=gctrace=1</c>.</summary>
public sealed partial record GcTraceLine(
    int Number, int SharePercent, double SweepTerminationMs, double MarkMs, double MarkTerminationMs, double AssistMs, double BackgroundMs, double IdleMs,
    long Before, long AtEnd, long After, long Goal, int Processors, bool Forced)
{
    public static GcTraceLine Parse(string line)
    {
        var match = Form().Match(line);
        if (!match.Success) throw new FormatException($"no line of gctrace: {line}");
        return new(
            (int)N("n"), (int)N("share"), D("st"), D("m"), D("mt"), D("assist"), D("bg"), D("idle"),
            N("h0"), N("h1"), N("h2"), N("goal"), (int)N("p"), match.Groups["forced"].Success);

        long N(string name) => long.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
        double D(string name) => double.Parse(match.Groups[name].ValueSpan, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"^gc (?<n>\d+) @[\d.]+s (?<share>\d+)%(?: \(checking for goroutine leaks\))?: (?<st>[\d.]+)\+(?<m>[\d.]+)\+(?<mt>[\d.]+) ms clock, [\d.]+\+(?<assist>[\d.]+)/(?<bg>[\d.]+)/(?<idle>[\d.]+)\+[\d.]+ ms cpu, (?<h0>\d+)->(?<h1>\d+)->(?<h2>\d+) MB, (?<goal>\d+) MB goal, \d+ MB stacks, \d+ MB globals, (?<p>\d+) P(?<forced> \(forced\))?$", RegexOptions.ExplicitCapture)]
    private static partial Regex Form();
}
