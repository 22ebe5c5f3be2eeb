namespace Vitrine.Pprof.Views;

/// <summary>A frame is entered ("O") or left ("C") at a point in time.</summary>
internal readonly record struct SpeedscopeEvent(bool IsOpen, double At, int Frame);
