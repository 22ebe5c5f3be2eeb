namespace Vitrine.Instruments;

/// <summary>
/// How well a moving target was caught. The target never stops, so a look is not one instant: parts that changed while they were
/// read are read again, and what stays torn is counted here and never hidden.
/// </summary>
public sealed record Consistency
{
    /// <summary>Parts there were to read (goroutines, buckets, fields).</summary>
    public int Total { get; init; }

    /// <summary>Parts whose second reading agreed with the first.</summary>
    public int Accepted { get; init; }

    /// <summary>Parts that needed more than one try; they are among the accepted or the torn.</summary>
    public int Retried { get; init; }

    /// <summary>Parts that changed under every try; what is shown of them is not reliable and says so.</summary>
    public int Torn { get; init; }

    /// <summary>Parts that were in motion by nature (a running goroutine has no saved stack).</summary>
    public int Running { get; init; }

    /// <summary>Time between the first and the last reading that the result is made of, in milliseconds.</summary>
    public double SkewMs { get; init; }
}
