using System.Globalization;
using System.Text;

namespace Vitrine.Doors.Looks;

/// <summary>How to look, in Go's words (net/http/pprof): texts as they came, because what is wrong with them is the answer's to say.</summary>
/// <param name="Seconds">How long; empty = the instrument's own time.</param>
/// <param name="Debug">0 = the profile; 1 and 2 = text.</param>
/// <param name="Gc">Above 0: collect first.</param>
/// <param name="Rate">Samples per second; empty = the instrument's own.</param>
/// <param name="IsRaw">Whether the caller asks for the answer without redaction, for which a permission of its own is needed.</param>
public readonly record struct LookQuery(string Seconds = "", int Debug = 0, int Gc = 0, string Rate = "", bool IsRaw = false)
{
    /// <summary>Reads the parameters by Go's rules: what is not a number is as if it were 0.</summary>
    /// <param name="parameter">Gives a parameter by its name, null when it is missing; of one that is given twice the first counts (Parca does that).</param>
    public static LookQuery Of(Func<string, string?> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return new(parameter("seconds") ?? "", Number(parameter("debug")), Number(parameter("gc")), parameter("rate") ?? "", Number(parameter("raw")) > 0);
    }

    /// <summary>The parameters as in a URL, without those that are as they are when nobody says anything.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        Append("seconds", Seconds);
        Append("debug", Debug == 0 ? "" : Debug.ToString(CultureInfo.InvariantCulture));
        Append("gc", Gc > 0 ? "1" : "");
        Append("rate", Rate);
        Append("raw", IsRaw ? "1" : "");
        return text.ToString();

        void Append(string name, string? value)
        {
            if (!string.IsNullOrEmpty(value)) text.Append(text.Length > 0 ? "&" : "").Append(name).Append('=').Append(value);
        }
    }

    internal bool HasSeconds => !string.IsNullOrEmpty(Seconds);

    /// <summary>A time in whole seconds; null when it is not a positive whole number.</summary>
    internal TimeSpan? WholeSeconds =>
        long.TryParse(Seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? FromSeconds(seconds) : null;

    /// <summary>A time in seconds with a fraction, as <c>trace</c> takes it; null when it is not a positive number.</summary>
    internal TimeSpan? FractionalSeconds =>
        double.TryParse(Seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? FromSeconds(seconds) : null;

    // What a TimeSpan cannot hold is too long in any case.
    static TimeSpan FromSeconds(double seconds) => seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    static int Number(string? text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
