using System.Globalization;

namespace Vitrine.Export;

/// <summary>
/// Numbers as Go programs write them (<c>strconv.FormatFloat(v, 'g', -1, 64)</c>): the shortest digits that read back as the same number, with an exponent below 0.0001 and from 1e+06 on. The spelling matters where a number is a
/// label: to Prometheus <c>le="1048576"</c> and <c>le="1.048576e+06"</c> are two series.
/// </summary>
public static class PrometheusNumber
{
    /// <summary>From this exponent on Go writes one.</summary>
    const int LargestPlain = 6;

    /// <summary>The number as text.</summary>
    public static string Format(double value)
    {
        if (double.IsNaN(value))
            return "NaN";
        if (double.IsInfinity(value))
            return value > 0 ? "+Inf" : "-Inf";
        if (value == 0)
            return double.IsNegative(value) ? "-0" : "0";

        // Digits and exponent of the shortest text, whatever form .NET gave it: 1.445681E+06, 1445681, 0.25.
        var (negative, digits, point) = Parts(value.ToString("R", CultureInfo.InvariantCulture));
        var exponent = point - 1;
        var text = exponent is < -4 or >= LargestPlain
            ? (digits.Length == 1 ? digits : $"{digits[0]}.{digits[1..]}") + string.Create(CultureInfo.InvariantCulture, $"e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}")
            : point <= 0 ? $"0.{new string('0', -point)}{digits}"
            : point >= digits.Length ? digits + new string('0', point - digits.Length)
            : $"{digits[..point]}.{digits[point..]}";
        return negative ? "-" + text : text;
    }

    /// <summary>The digits without leading and trailing zeros, and where the point stands before them.</summary>
    static (bool Negative, string Digits, int Point) Parts(string text)
    {
        var negative = text[0] == '-';
        var mantissa = negative ? text[1..] : text;
        var exponent = 0;
        if (mantissa.IndexOf('E', StringComparison.Ordinal) is >= 0 and var e)
        {
            exponent = int.Parse(mantissa.AsSpan(e + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            mantissa = mantissa[..e];
        }
        var dot = mantissa.IndexOf('.', StringComparison.Ordinal);
        var digits = dot < 0 ? mantissa : mantissa.Remove(dot, 1);
        var point = (dot < 0 ? mantissa.Length : dot) + exponent;
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (negative, digits.Trim('0'), point - leading);
    }
}
