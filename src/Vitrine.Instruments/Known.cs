using System.Diagnostics.CodeAnalysis;

namespace Vitrine.Instruments;

/// <summary>
/// A value together with how it was obtained, or "unknown" together with the reason. There is no default value to fall back on:
/// a figure that was not obtained cannot be mistaken for zero.
/// </summary>
/// <typeparam name="T">The type of the value.</typeparam>
public readonly record struct Known<T>
{
    readonly T? _value;
    readonly string? _reason;

    Known(bool isKnown, T? value, Provenance provenance, string? reason)
    {
        IsKnown = isKnown;
        _value = value;
        Provenance = provenance;
        _reason = reason;
    }

    /// <summary>Whether there is a value.</summary>
    public bool IsKnown { get; }

    /// <summary>How the value was obtained; for an unknown value, what was tried.</summary>
    public Provenance Provenance { get; }

    /// <summary>Why the value is unknown; empty when it is known.</summary>
    public string Reason => IsKnown ? "" : _reason ?? "never asked for";

    /// <summary>The value.</summary>
    /// <exception cref="InvalidOperationException">The value is unknown; the message has the reason.</exception>
    public T Value => IsKnown ? _value! : throw new InvalidOperationException($"The value is unknown: {Reason}");

    /// <summary>Hands out the value when there is one.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value)
    {
        value = _value;
        return IsKnown;
    }

    /// <summary>A value obtained as <paramref name="provenance"/> says.</summary>
    public static Known<T> Of(T value, Provenance provenance) => new(true, value, provenance, null);

    /// <summary>No value, because of <paramref name="reason"/>.</summary>
    public static Known<T> Unknown(string reason, Provenance provenance = default) => new(false, default, provenance, reason);

    /// <summary>Applies <paramref name="map"/> to a known value; an unknown one keeps its reason.</summary>
    public Known<TResult> Select<TResult>(Func<T, TResult> map) =>
        IsKnown ? Known<TResult>.Of(map(_value!), Provenance) : Known<TResult>.Unknown(Reason, Provenance);

    /// <summary>The value as text, or "unknown (reason)".</summary>
    public override string ToString() => IsKnown ? $"{_value}" : $"unknown ({Reason})";
}
