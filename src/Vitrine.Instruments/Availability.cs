namespace Vitrine.Instruments;

/// <summary>A three-valued answer to "can this be looked at": yes, no with the reason, or not known until it is tried.</summary>
/// <param name="CanLook">True, false, or null when only trying will tell.</param>
/// <param name="Reason">Why not, or what decides it; empty for yes.</param>
public readonly record struct Availability(bool? CanLook, string Reason)
{
    /// <summary>Yes.</summary>
    public static Availability Yes { get; } = new(true, "");

    /// <summary>No, because of <paramref name="reason"/>.</summary>
    public static Availability No(string reason) => new(false, reason);

    /// <summary>Only trying will tell; <paramref name="reason"/> says what decides it.</summary>
    public static Availability Unsure(string reason) => new(null, reason);
}
