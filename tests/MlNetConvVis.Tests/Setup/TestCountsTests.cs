using MlNetConvVis.Setup;

namespace MlNetConvVis.Tests.Setup;

public class TestCountsTests
{
    [Fact]
    public void Whatever_neither_passed_nor_was_skipped_has_failed()
    {
        var report = Path.GetTempFileName();
        try
        {
            File.WriteAllText(report, """
                <TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010"><Results>
                  <UnitTestResult outcome="Passed" /><UnitTestResult outcome="Passed" /><UnitTestResult outcome="Failed" />
                  <UnitTestResult outcome="NotExecuted" /><UnitTestResult outcome="Timeout" /><UnitTestResult />
                </Results></TestRun>
                """);
            Assert.Equal(new TestCounts(2, 3, 1), TestCounts.Read(report));
        }
        finally
        {
            File.Delete(report);
        }
    }

    [Fact]
    public void The_closing_line_has_the_form_that_CI_reads()
    {
        Assert.Equal("3 passed, 0 failed", new TestCounts(3, 0, 0).ToString());
        Assert.Equal("3 passed, 1 failed, 2 skipped", (new TestCounts(1, 1, 0) + new TestCounts(2, 0, 2)).ToString());
    }
}
