using System.Globalization;

namespace Vitrine.Pprof.Views;

/// <summary>
/// Values and percentages exactly as <c>go tool pprof</c> prints them ("5.20s", "512.50MB", where MB is 2^20 bytes), so that figures can be compared by eye and by diff.
/// Facts: https://github.com/google/pprof/blob/main/internal/measurement/measurement.go (Scale, ScaledLabel, Percentage) and internal/report/report.go (selectOutputUnit).
/// </summary>
internal static class PprofUnits
{
    sealed record Unit(string Name, double Factor, params string[] Aliases);

    sealed record Family(string DefaultName, double DefaultFactor, params Unit[] Units)
    {
        public Unit? Find(string unit)
        {
            unit = unit.ToLowerInvariant();
            if (unit.Length > 2 && unit.EndsWith('s'))
                unit = unit[..^1];
            return Array.Find(Units, u => u.Aliases.Contains(unit));
        }
    }

    static readonly Family[] Families =
    [
        new("B", 1,
            new("B", 1, "b", "byte"), new("kB", 1024, "kb", "kbyte", "kilobyte"), new("MB", 1048576, "mb", "mbyte", "megabyte"),
            new("GB", 1073741824, "gb", "gbyte", "gigabyte"), new("TB", 1099511627776, "tb", "tbyte", "terabyte"), new("PB", 1125899906842624, "pb", "pbyte", "petabyte")),
        new("s", 1e9,
            new("ns", 1, "ns", "nanosecond"), new("us", 1e3, "μs", "us", "microsecond"), new("ms", 1e6, "ms", "millisecond"),
            new("s", 1e9, "s", "sec", "second"), new("hrs", 3600e9, "hour", "hr")),
    ];

    /// <summary>The unit that suits a value: the largest of which it is at least one.</summary>
    public const string Auto = "auto";

    /// <summary>A value in a unit, or in the one that suits it.</summary>
    public static (double Value, string Unit) Scale(long value, string from, string to)
    {
        if (value < 0 && value != long.MinValue)
        {
            var (v, u) = Scale(-value, from, to);
            return (-v, u);
        }
        foreach (var family in Families)
        {
            if (family.Find(from) is not { } unit)
                continue;
            var amount = value * unit.Factor;
            if (to == Auto)
            {
                Unit? best = null;
                foreach (var candidate in family.Units)
                    if (candidate.Factor >= (best?.Factor ?? 0) && amount / candidate.Factor >= 1.0)
                        best = candidate;
                return best is null ? (amount / family.DefaultFactor, family.DefaultName) : (amount / best.Factor, best.Name);
            }
            return family.Find(to) is { } target ? (amount / target.Factor, target.Name) : (amount / family.DefaultFactor, family.DefaultName);
        }
        // Neither time nor size: the number as it is; the plain units of counting are not printed.
        return (value, to is "count" or "sample" or "unit" or Auto ? "" : to);
    }

    /// <summary>"1.50MB", "3s", "0".</summary>
    public static string Label(long value, string from, string to = Auto)
    {
        var (scaled, unit) = Scale(value, from, to);
        var text = scaled.ToString("F2", CultureInfo.InvariantCulture);
        if (text.EndsWith(".00", StringComparison.Ordinal))
            text = text[..^3];
        return text is "0" or "-0" ? "0" : text + unit;
    }

    /// <summary>Six characters: "  100%", "12.34%", " 0.12%", with two digits at least.</summary>
    public static string Percentage(long value, long total)
    {
        var ratio = total == 0 ? 0 : Math.Abs((double)value / total) * 100;
        if (ratio is >= 99.95 and <= 100.05)
            return "  100%";
        var text = ratio >= 1 ? ratio.ToString("F2", CultureInfo.InvariantCulture) : TwoSignificant(ratio);
        return text.PadLeft(5) + "%";
    }

    /// <summary>C's %.2g: two significant digits, exponent form below 0.0001, no trailing zeros.</summary>
    static string TwoSignificant(double value)
    {
        if (value == 0)
            return "0";
        var exponent = (int)Math.Floor(Math.Log10(value));
        var scientific = value.ToString("e1", CultureInfo.InvariantCulture); // also rounds, which can raise the exponent
        exponent = int.Parse(scientific[(scientific.IndexOf('e', StringComparison.Ordinal) + 1)..], CultureInfo.InvariantCulture);
        if (exponent < -4)
        {
            var digits = scientific[..scientific.IndexOf('e', StringComparison.Ordinal)];
            if (digits.EndsWith(".0", StringComparison.Ordinal))
                digits = digits[..^2];
            return string.Create(CultureInfo.InvariantCulture, $"{digits}e-{-exponent:00}");
        }
        var text = value.ToString("F" + (1 - exponent), CultureInfo.InvariantCulture);
        return text.Contains('.', StringComparison.Ordinal) ? text.TrimEnd('0').TrimEnd('.') : text;
    }

    /// <summary>One unit for a whole report: the one that suits its smallest value, or a larger one when the largest is more than a hundred times as much.</summary>
    public static string ForReport(long smallest, long largest, string from)
    {
        var least = Math.Abs(smallest == 0 ? largest : smallest);
        var (_, low) = Scale(least, from, Auto);
        var (_, high) = Scale(largest, from, Auto);
        var unit = low;
        if (low != high && least * 100.0 < largest)
            (_, unit) = Scale(least * 100, from, Auto);
        return unit.Length > 0 ? unit : from;
    }
}
