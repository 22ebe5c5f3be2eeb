namespace Vitrine.Linux.Kernel;

/// <summary>Something that probes need, and whether it is here: yes, no, or not known until it is tried.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Available">True, false, or null when only trying will tell.</param>
/// <param name="Reason">Why not, or what decides it; empty for yes.</param>
/// <param name="Advice">What to do about it; empty when there is nothing.</param>
public sealed record KernelFeature(string Name, bool? Available, string Reason, string Advice);
