using System.Globalization;

namespace Vitrine.Bench.Reporting;

/// <summary>Figures as the tables show them.</summary>
static class Show
{
    public static string Time(TimeSpan time) => time.TotalMilliseconds switch
    {
        >= 10_000 => Invariant($"{time.TotalSeconds:0.0} s"),
        >= 1_000 => Invariant($"{time.TotalSeconds:0.00} s"),
        >= 10 => Invariant($"{time.TotalMilliseconds:0} ms"),
        _ => Invariant($"{time.TotalMilliseconds:0.00} ms"),
    };

    public static string Megabytes(long bytes) => Invariant($"{bytes / 1e6:0.#} MB");

    public static string Times(double ratio) => ratio >= 10 ? Invariant($"{ratio:0}×") : Invariant($"{ratio:0.0}×");

    public static string Goal(bool met) => met ? "met" : "not met";

    public static string Count(long count) => count.ToString("#,0", CultureInfo.InvariantCulture);

    static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
