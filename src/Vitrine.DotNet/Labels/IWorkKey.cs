namespace Vitrine.DotNet.Labels;

/// <summary>A key of a tally that tells apart by the work that an event belongs to, beside others.</summary>
/// <typeparam name="TSelf">The key.</typeparam>
interface IWorkKey<out TSelf>
{
    /// <summary>The number of the work, as <see cref="EventWork"/> has it.</summary>
    int Work { get; }

    /// <summary>The same key for another work.</summary>
    TSelf For(int work);
}
