namespace Vitrine.Pprof.Views;

/// <summary>The units of speedscope's file format (ValueUnit in https://www.speedscope.app/file-format-schema.json) and what they are in pprof.</summary>
internal static class SpeedscopeUnit
{
    /// <summary>The speedscope unit for a pprof unit; everything that is neither time nor size is "none".</summary>
    public static string Of(string pprofUnit) => pprofUnit switch
    {
        "ns" or "nanosecond" or "nanoseconds" => "nanoseconds",
        "us" or "µs" or "microsecond" or "microseconds" => "microseconds",
        "ms" or "millisecond" or "milliseconds" => "milliseconds",
        "s" or "second" or "seconds" => "seconds",
        "b" or "byte" or "bytes" => "bytes",
        _ => "none",
    };

    /// <summary>The sample type for profiles of other programs, and how many of its units one speedscope unit is. Times become nanoseconds: they may have fractions, and pprof's values may not.</summary>
    public static (SampleType Type, double Factor)? ToPprof(string unit) => unit switch
    {
        "nanoseconds" => (new("time", "nanoseconds"), 1),
        "microseconds" => (new("time", "nanoseconds"), 1e3),
        "milliseconds" => (new("time", "nanoseconds"), 1e6),
        "seconds" => (new("time", "nanoseconds"), 1e9),
        "bytes" => (new("space", "bytes"), 1),
        "none" => (new("samples", "count"), 1),
        _ => null,
    };
}
