using System.Text;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>
/// OpenTelemetry's names as Prometheus has them: https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/. What is no letter or digit becomes an underscore, the unit is a word at the
/// end, and a sum that only grows ends with <c>_total</c> (in OpenMetrics its samples do).
/// </summary>
static class MetricName
{
    /// <summary>The name of a family, without <c>_total</c>.</summary>
    /// <param name="name">The instrument's name.</param>
    /// <param name="unit">The unit's word from <see cref="Unit"/>; empty for none.</param>
    /// <param name="isCounter">Whether <c>_total</c> will follow: a name that has it already loses it here.</param>
    public static string Family(string name, string unit, bool isCounter)
    {
        var family = Sanitized(name, colons: true);
        if (isCounter && family.EndsWith("_total", StringComparison.Ordinal)) family = family[..^"_total".Length];
        return unit.Length == 0 || family.EndsWith("_" + unit, StringComparison.Ordinal) ? family : $"{family}_{unit}";
    }

    /// <summary>A label's name.</summary>
    public static string Label(string key) => Sanitized(key, colons: false);

    /// <summary>The word for a unit in UCUM: <c>s</c> is seconds, <c>By/s</c> is bytes_per_second, what stands in braces is none, <c>1</c> is a ratio where it is a gauge.</summary>
    public static string Unit(string? unit, bool isGauge)
    {
        if (unit is null or "") return "";
        if (unit == "1") return isGauge ? "ratio" : "";
        var parts = unit.Split('/', 2);
        var counted = Word(WithoutBraces(parts[0]));
        if (parts.Length == 1) return counted;
        var per = PerWord(WithoutBraces(parts[1]));
        return per.Length == 0 ? counted : counted.Length == 0 ? "per_" + per : $"{counted}_per_{per}";
    }

    static string WithoutBraces(string unit) => unit.IndexOf('{', StringComparison.Ordinal) is >= 0 and var brace ? unit[..brace] : unit;

    static string Word(string unit) => unit switch
    {
        "" => "",
        "d" => "days",
        "h" => "hours",
        "min" => "minutes",
        "s" => "seconds",
        "ms" => "milliseconds",
        "us" => "microseconds",
        "ns" => "nanoseconds",
        "By" => "bytes",
        "KiBy" => "kibibytes",
        "MiBy" => "mebibytes",
        "GiBy" => "gibibytes",
        "TiBy" => "tebibytes",
        "KBy" => "kilobytes",
        "MBy" => "megabytes",
        "GBy" => "gigabytes",
        "TBy" => "terabytes",
        "m" => "meters",
        "V" => "volts",
        "A" => "amperes",
        "J" => "joules",
        "W" => "watts",
        "g" => "grams",
        "Cel" => "celsius",
        "Hz" => "hertz",
        "%" => "percent",
        "1" => "",
        _ => Sanitized(unit, colons: false).Trim('_'),
    };

    static string PerWord(string unit) => unit switch
    {
        "s" => "second",
        "m" => "minute",
        "min" => "minute",
        "h" => "hour",
        "d" => "day",
        "w" => "week",
        "mo" => "month",
        "y" => "year",
        _ => Word(unit),
    };

    static string Sanitized(string text, bool colons)
    {
        var name = new StringBuilder(text.Length + 1);
        foreach (var c in text)
        {
            var kept = char.IsAsciiLetterOrDigit(c) || colons && c == ':' ? c : '_';
            // Several in a row are one.
            if (kept == '_' && name.Length > 0 && name[^1] == '_') continue;
            name.Append(kept);
        }
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) name.Insert(0, '_');
        return name.ToString();
    }
}
