using System.Globalization;

namespace Vitrine.Pprof.Views;

/// <summary>Values as drawings show them: "1.23 ms", "2 KiB", "1.23 M". The page's format.js follows the same rules. (The text reports follow pprof's; see <see cref="PprofUnits"/>.)</summary>
internal static class ValueText
{
    static readonly (double Least, string Letter)[] Times = [(3600e9, "h"), (60e9, "min"), (1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1, "ns")];
    static readonly (double Least, string Letter)[] Sizes = [(1099511627776, "TiB"), (1073741824, "GiB"), (1048576, "MiB"), (1024, "KiB"), (1, "B")];
    static readonly (double Least, string Letter)[] Counts = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1, "")];

    public static string Of(long value, string unit)
    {
        var (steps, factor, suffix) = Scale(unit);
        var amount = value * factor;
        if (value == 0)
            return "0" + (ReferenceEquals(steps, Counts) ? suffix : " " + steps[^1].Letter);
        var size = Math.Abs(amount);
        var step = Array.Find(steps, s => size >= s.Least * 0.9995);
        if (step.Least == 0)
            step = steps[^1];
        return ThreeDigits(amount / step.Least) + (step.Letter.Length > 0 ? " " + step.Letter : "") + suffix;
    }

    /// <summary>With its sign: "+1.2 ms", "−3 KiB", "±0".</summary>
    public static string Delta(long value, string unit) => value == 0 ? "±0" : (value > 0 ? "+" : "−") + Of(value == long.MinValue ? long.MaxValue : Math.Abs(value), unit);

    /// <summary>"12.3%"; a share too small to show is "&lt;0.01%", never "0%".</summary>
    public static string Share(double part, double whole)
    {
        if (!(whole > 0))
            return "–";
        var share = 100 * part / whole;
        if (share == 0)
            return "0%";
        if (share < 0.01)
            return "<0.01%";
        return share.ToString(share >= 10 ? "0.0" : "0.00", CultureInfo.InvariantCulture) + "%";
    }

    /// <summary>"+25%", "new", "gone".</summary>
    public static string Change(long before, long after)
    {
        if (before == after)
            return "±0%";
        if (before == 0)
            return "new";
        if (after == 0)
            return "gone";
        var change = 100.0 * ((double)after - before) / before;
        var sign = change > 0 ? "+" : "−";
        return Math.Abs(change) < 0.1 ? sign + "<0.1%" : sign + ThreeDigits(Math.Abs(change)) + "%";
    }

    static ((double Least, string Letter)[] Steps, double Factor, string Suffix) Scale(string unit)
    {
        var name = unit.ToLowerInvariant();
        return (name.Length > 2 ? name.TrimEnd('s') : name) switch
        {
            "nanosecond" or "ns" => (Times, 1, ""),
            "microsecond" or "us" or "µs" => (Times, 1e3, ""),
            "millisecond" or "ms" => (Times, 1e6, ""),
            "second" or "s" => (Times, 1e9, ""),
            "byte" or "b" => (Sizes, 1, ""),
            "kilobyte" or "kb" => (Sizes, 1024, ""),
            "megabyte" or "mb" => (Sizes, 1048576, ""),
            "gigabyte" or "gb" => (Sizes, 1073741824, ""),
            "count" or "" => (Counts, 1, ""),
            _ => (Counts, 1, " " + DisplayText.Of(unit)),
        };
    }

    static string ThreeDigits(double number)
    {
        var size = Math.Abs(number);
        if (size >= 100 || number == Math.Floor(number))
            return number.ToString("N0", CultureInfo.InvariantCulture);
        return number.ToString(size >= 10 ? "0.#" : "0.##", CultureInfo.InvariantCulture);
    }
}
