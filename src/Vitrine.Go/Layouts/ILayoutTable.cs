using System.Diagnostics.CodeAnalysis;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Layouts;

/// <summary>The lowest rung of the ladder: struct layouts that were recorded from the Go toolchains beforehand.</summary>
public interface ILayoutTable
{
    /// <summary>Finds the layout of a runtime struct for a Go version and architecture (GOARCH); false when the table has none for that version.</summary>
    bool TryGetStruct(GoVersion version, string architecture, string name, [NotNullWhen(true)] out StructLayout? layout);
}
