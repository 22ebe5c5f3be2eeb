using System.Globalization;
using Vitrine.Guard.Identity;

namespace Vitrine.Doors.Looks;

/// <summary>A switch is to be turned, as any door asks for it; texts as they came.</summary>
/// <param name="Door">The door's name.</param>
/// <param name="Name">The switch: an instrument or page, <c>default</c>, or <c>all</c> for everything at once.</param>
/// <param name="On"><c>1</c> or <c>0</c>; empty takes back what was said before.</param>
/// <param name="For">For how long: <c>90s</c>, <c>10m</c>, <c>2h</c>, <c>7d</c>; empty = until it is turned again.</param>
/// <param name="Reason">Why, for the audit log and the others; may be empty.</param>
/// <param name="Credentials">What the caller brought.</param>
public sealed record SwitchCall(string Door, string Name, string On, string For, string Reason, Credentials Credentials)
{
    /// <summary>What must be said of the call in another way before it is obeyed; empty when nothing must.</summary>
    public string Problem { get; init; } = "";

    /// <summary>Longest text that is kept of a reason, in characters.</summary>
    internal const int MaximumReason = 200;

    static readonly TimeSpan s_longest = TimeSpan.FromDays(366);

    /// <summary>On, off, or null for taking back; false when it is none of them.</summary>
    internal bool TryGetState(out bool? isOn)
    {
        isOn = On switch { "1" or "true" => true, "0" or "false" => false, _ => null };
        return isOn is not null || On.Length == 0;
    }

    /// <summary>For how long; null for ever. False when it is no time.</summary>
    internal bool TryGetTime(out TimeSpan? time)
    {
        time = null;
        if (For.Length == 0) return true;
        var unit = For[^1] switch { 's' => 1, 'm' => 60, 'h' => 3600, 'd' => 86400, _ => 0 };
        if (unit == 0 || !long.TryParse(For.AsSpan(0, For.Length - 1), NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count == 0 || count > s_longest.TotalSeconds / unit) return false;
        time = TimeSpan.FromSeconds(count * unit);
        return true;
    }
}
