namespace Vitrine.Go.Probes.Waits;

/// <summary>What makes waits one row.</summary>
public enum WaitGrouping
{
    /// <summary>The same stack waits for the same kind of thing.</summary>
    Stack,
    /// <summary>The same channel, lock or descriptor is waited for.</summary>
    Object,
    /// <summary>The same stack waits for the same object.</summary>
    StackAndObject,
}
