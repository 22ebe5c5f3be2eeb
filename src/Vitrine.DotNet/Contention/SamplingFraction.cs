namespace Vitrine.DotNet.Contention;

/// <summary>
/// Which part of events is looked at, changeable while running, as Go's <c>runtime.SetMutexProfileFraction</c>: 1 every event, n one in n on average, 0 none.
/// </summary>
/// <remarks>
/// An event is taken by chance, independently of all others, and then stands for n events: sums of these weights estimate the true sums without bias, also when the fraction changes in between,
/// because each event is weighed by the fraction that it was taken under.
/// </remarks>
public sealed class SamplingFraction
{
    int _rate;

    /// <summary>The fraction's n; 0 = off.</summary>
    public int Rate => Volatile.Read(ref _rate);

    /// <summary>Changes the fraction.</summary>
    /// <param name="rate">1 = every event, n = one in n, 0 = off; a negative value only reads.</param>
    /// <returns>The fraction from before.</returns>
    public int Set(int rate) => rate < 0 ? Rate : Interlocked.Exchange(ref _rate, rate);

    /// <summary>Decides on one event: 0 leaves it, a positive number takes it and is the number of events that it stands for. Off costs one load.</summary>
    public int Take()
    {
        var rate = Rate;
        return rate <= 1 || Random.Shared.Next(rate) == 0 ? rate : 0;
    }
}
