namespace Vitrine.Guard.Switches;

/// <summary>A switch that stands differently now, or is about to.</summary>
/// <param name="Before">How it stood.</param>
/// <param name="After">How it stands.</param>
/// <param name="HasExpired">It is so because a stronger word has ended, not because somebody did something.</param>
public sealed record SwitchChange(SwitchState Before, SwitchState After, bool HasExpired);
