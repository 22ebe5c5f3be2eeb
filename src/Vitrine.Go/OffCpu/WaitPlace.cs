using Vitrine.Go.Goroutines;

namespace Vitrine.Go.OffCpu;

/// <summary>Where goroutines wait: what they have in common to be one sample of the profile.</summary>
/// <param name="Stack">Number of the stack in <see cref="WaitPlaces"/>; -1 without one.</param>
/// <param name="Status">Why there is no stack.</param>
/// <param name="Reason">Number of the reason.</param>
/// <param name="Labels">Number of the label set; 0 is the empty one.</param>
/// <param name="Goroutine">The goroutine's id; 0 when goroutines are not kept apart.</param>
readonly record struct WaitPlace(int Stack, StackStatus Status, int Reason, int Labels, ulong Goroutine)
{
    /// <summary>Stands for all places beyond the limit.</summary>
    public static WaitPlace Other { get; } = new(-2, StackStatus.Incomplete, 0, 0, 0);
}
