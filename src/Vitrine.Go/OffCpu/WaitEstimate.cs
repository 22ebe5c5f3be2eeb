namespace Vitrine.Go.OffCpu;

/// <summary>
/// Waiting time as estimated from looks at random moments of consecutive intervals. The error comes from how much the number of waiting goroutines
/// changes from look to look (collapsed strata, W. G. Cochran, Sampling Techniques, 5A.12): goroutines that wait through the whole window have none.
/// </summary>
sealed class WaitEstimate
{
    int _lastLook = -1;
    long _lastGoroutines;
    double _lastWeight;
    double _squares;

    /// <summary>Goroutines seen waiting, summed over the looks.</summary>
    public long Samples { get; private set; }

    /// <summary>The estimated time in nanoseconds.</summary>
    public double Nanoseconds { get; private set; }

    /// <summary>Adds what one look saw. Looks come in ascending order, each at most once.</summary>
    /// <param name="look">Number of the look.</param>
    /// <param name="goroutines">Goroutines seen waiting.</param>
    /// <param name="weight">Nanoseconds that the look stands for.</param>
    public void Add(int look, long goroutines, double weight)
    {
        Samples += goroutines;
        Nanoseconds += goroutines * weight;
        if (_lastLook == look - 1 && _lastLook >= 0)
        {
            // Intervals may differ in length; that alone is no change.
            _squares += Square((goroutines - _lastGoroutines) * (weight + _lastWeight) / 2);
        }
        else
        {
            // The looks in between saw nobody here.
            if (_lastLook >= 0)
                _squares += Square(_lastGoroutines * _lastWeight);
            if (look > 0)
                _squares += Square(goroutines * weight);
        }
        _lastLook = look;
        _lastGoroutines = goroutines;
        _lastWeight = weight;
    }

    /// <summary>The standard error in nanoseconds.</summary>
    /// <param name="looks">How many looks there were in all.</param>
    public double StandardError(int looks)
    {
        double squares = _squares + (_lastLook >= 0 && _lastLook < looks - 1 ? Square(_lastGoroutines * _lastWeight) : 0);
        return Math.Sqrt(squares / 2);
    }

    static double Square(double x) => x * x;
}
