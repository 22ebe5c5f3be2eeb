using System.Reflection;

namespace Vitrine.DotNet.Stacks;

/// <summary>One managed frame as it was captured: cheap to take, named only when somebody looks.</summary>
/// <param name="Method">The method.</param>
/// <param name="IlOffset">Offset of the call in the method's intermediate language; negative when the runtime does not know it.</param>
readonly record struct CapturedFrame(MethodBase Method, int IlOffset);
