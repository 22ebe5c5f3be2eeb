using Vitrine.DotNet.Diagnostics;
using Vitrine.Instruments;

namespace Vitrine.DotNet;

/// <summary>A .NET process that can be asked over its diagnostics port: this one, or another.</summary>
public interface IDotNetTarget : ITarget
{
    /// <summary>The way to its runtime.</summary>
    DiagnosticPort Port { get; }
}
