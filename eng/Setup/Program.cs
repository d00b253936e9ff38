using MlNetConvVis.Setup;

return Verbs.Run(args);
