using System.Text;

namespace Vitrine.AspNetCore.Metrics;

/// <summary>One series of a family: its labels as they are written, and its number. Any number of threads record into it without a lock.</summary>
class Series
{
    readonly byte[] _prefix;
    double _value;

    /// <param name="name">Name of its sample.</param>
    /// <param name="key">Its tags.</param>
    /// <param name="labels">The same as text, without braces.</param>
    public Series(string name, TagKey key, string labels)
    {
        Key = key;
        _prefix = Prefix(name, labels);
    }

    public TagKey Key { get; }

    /// <summary>The generation of what is there until its meter goes.</summary>
    public const int Always = -1;

    /// <summary>The collection that saw it last; <see cref="Always"/> for what is not observed by collections.</summary>
    public int Seen { get; set; } = Always;

    public virtual void Record(double value, bool isAbsolute)
    {
        if (isAbsolute) Volatile.Write(ref _value, value);
        else if (double.IsFinite(value)) Add(ref _value, value);   // a sum that is no number once is none for ever
    }

    public virtual void Write(ref PageWriter page)
    {
        page.Write(_prefix);
        page.Write(Volatile.Read(ref _value));
        page.Write("\n"u8);
    }

    protected static byte[] Prefix(string name, string labels) => Encoding.UTF8.GetBytes(labels.Length > 0 ? $"{name}{{{labels}}} " : $"{name} ");

    protected static void Add(ref double sum, double value)
    {
        var seen = Volatile.Read(ref sum);
        while (true)
        {
            var now = Interlocked.CompareExchange(ref sum, seen + value, seen);
            // As bits: NaN is equal to nothing, and would be tried for ever.
            if (BitConverter.DoubleToInt64Bits(now) == BitConverter.DoubleToInt64Bits(seen)) return;
            seen = now;
        }
    }
}
