using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Vitrine.AspNetCore.Pprof;

/// <summary>The query parameters of Go's net/http/pprof, read by its rules: of a parameter that is given twice the first counts (Parca does that), and what is not a number is as if it were 0.</summary>
readonly record struct PprofQuery(string Seconds, int Debug, int Gc, string Rate)
{
    public static PprofQuery Of(HttpRequest request) =>
        new(First(request, "seconds"), Number(First(request, "debug")), Number(First(request, "gc")), First(request, "rate"));

    /// <summary>A time in whole seconds; null when it is not a positive whole number.</summary>
    public TimeSpan? WholeSeconds =>
        long.TryParse(Seconds, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? FromSeconds(seconds) : null;

    /// <summary>A time in seconds with a fraction, as <c>trace</c> takes it; null when it is not a positive number.</summary>
    public TimeSpan? FractionalSeconds =>
        double.TryParse(Seconds, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds > 0 ? FromSeconds(seconds) : null;

    // What a TimeSpan cannot hold is too long in any case.
    static TimeSpan FromSeconds(double seconds) => seconds < TimeSpan.MaxValue.TotalSeconds / 2 ? TimeSpan.FromSeconds(seconds) : TimeSpan.MaxValue;

    static string First(HttpRequest request, string name) => request.Query.TryGetValue(name, out var values) && values is [{ } first, ..] ? first : "";

    static int Number(string text) => int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : 0;
}
